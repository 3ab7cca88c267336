import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;

/** The peer of `trustpack merge`: every certificate of a PEM file into a new JKS, in one JVM. */
public class Merge {
    public static void main(String[] arguments) throws Exception {
        KeyStore store = KeyStore.getInstance("JKS");
        store.load(null, null);
        int number = 0;
        try (FileInputStream input = new FileInputStream(arguments[0])) {
            for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(input)) {
                store.setCertificateEntry("root-" + number++, one);
            }
        }
        try (FileOutputStream output = new FileOutputStream(arguments[1])) {
            store.store(output, arguments[2].toCharArray());
        }
    }
}
