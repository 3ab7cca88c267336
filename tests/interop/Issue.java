import java.io.FileInputStream;
import java.io.InputStream;
import java.security.KeyStore;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** What Java accepts each NAME.pem below issuing.pem and root.pem for: a line for each name. */
public class Issue {
    static X509Certificate read(String file) throws Exception {
        try (InputStream in = new FileInputStream(file)) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    interface Check {
        void run() throws CertificateException;
    }

    static String accepts(String word, Check check) {
        try {
            check.run();
            return " " + word;
        } catch (CertificateException refused) {
            return "";
        }
    }

    public static void main(String[] names) throws Exception {
        X509Certificate root = read("root.pem");
        X509Certificate issuing = read("issuing.pem");
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("root", root);
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(store);
        X509TrustManager manager = (X509TrustManager) factory.getTrustManagers()[0];
        PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
        parameters.setRevocationEnabled(false);
        for (String name : names) {
            X509Certificate own = read(name + ".pem");
            List<X509Certificate> path = new ArrayList<>(List.of(own, issuing));
            CertPathValidator.getInstance("PKIX")
                    .validate(CertificateFactory.getInstance("X.509").generateCertPath(path), parameters);
            X509Certificate[] chain = {own, issuing};
            System.out.println(
                    name + ": path"
                            + accepts("server", () -> manager.checkServerTrusted(chain, "UNKNOWN"))
                            + accepts("client", () -> manager.checkClientTrusted(chain, "UNKNOWN")));
        }
    }
}
