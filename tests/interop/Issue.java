import java.io.File;
import java.io.FileInputStream;
import java.io.InputStream;
import java.security.KeyStore;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * What Java accepts each NAME.pem below issuing.pem and root.pem for: a line for each name. With a list.pem beside them, the
 * revocation list of the issuing CA is asked for the end entity; both CAs may be the same.
 */
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
        if (new File("list.pem").exists()) {
            CertificateFactory lists = CertificateFactory.getInstance("X.509");
            try (InputStream in = new FileInputStream("list.pem")) {
                CollectionCertStoreParameters list = new CollectionCertStoreParameters(Set.of(lists.generateCRL(in)));
                parameters.addCertStore(CertStore.getInstance("Collection", list));
            }
            PKIXRevocationChecker checker =
                    (PKIXRevocationChecker) CertPathValidator.getInstance("PKIX").getRevocationChecker();
            checker.setOptions(
                    EnumSet.of(
                            PKIXRevocationChecker.Option.PREFER_CRLS,
                            PKIXRevocationChecker.Option.NO_FALLBACK,
                            PKIXRevocationChecker.Option.ONLY_END_ENTITY));
            parameters.addCertPathChecker(checker);
        }
        for (String name : names) {
            X509Certificate own = read(name + ".pem");
            List<X509Certificate> path = new ArrayList<>(List.of(own));
            if (!issuing.equals(root)) {
                path.add(issuing);
            }
            String word = "path";
            try {
                CertPathValidator.getInstance("PKIX")
                        .validate(CertificateFactory.getInstance("X.509").generateCertPath(path), parameters);
            } catch (CertPathValidatorException refused) {
                word = String.valueOf(refused.getReason());
            }
            X509Certificate[] chain = path.toArray(new X509Certificate[0]);
            System.out.println(
                    name + ": " + word
                            + accepts("server", () -> manager.checkServerTrusted(chain, "UNKNOWN"))
                            + accepts("client", () -> manager.checkClientTrusted(chain, "UNKNOWN")));
        }
    }
}
