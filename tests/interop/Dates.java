import java.io.FileInputStream;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;

/** What Java thinks of the dates of certificates, by its own clock: a line for each file. */
public class Dates {
    public static void main(String[] files) throws Exception {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        for (String file : files) {
            X509Certificate certificate;
            try (FileInputStream in = new FileInputStream(file)) {
                certificate = (X509Certificate) factory.generateCertificate(in);
            }
            try {
                certificate.checkValidity();
                System.out.println("valid");
            } catch (CertificateExpiredException expired) {
                System.out.println("expired");
            } catch (CertificateNotYetValidException early) {
                System.out.println("not-yet-valid");
            }
        }
    }
}
