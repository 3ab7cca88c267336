import java.io.FileInputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.X509CertSelector;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.Date;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * A default Java TLS client as a judge. Reads one case a line from stdin, tab-separated:
 * store file, store type (JKS, PKCS12, or DER for one certificate), store password, host name, port on 127.0.0.1, and,
 * where it is not to be now, the time in seconds since 1970.
 * Answers one line each: "accepted", or "refused" and the reason.
 */
public class Client {
    public static void main(String[] arguments) throws Exception {
        BufferedReader cases = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
        for (String line = cases.readLine(); line != null; line = cases.readLine()) {
            String[] parts = line.split("\t", -1);
            Date at = parts.length > 5 ? new Date(1000 * Long.parseLong(parts[5])) : null;
            System.out.println(judge(parts[0], parts[1], parts[2], parts[3], Integer.parseInt(parts[4]), at));
            System.out.flush();
        }
    }

    private static String judge(String file, String type, String password, String host, int port, Date at) {
        try {
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            if (at == null) {
                trust.init(load(file, type, password));
            } else {
                // the same X509TrustManagerImpl as above, which takes the parameters that it would have made itself
                PKIXBuilderParameters dated = new PKIXBuilderParameters(load(file, type, password), new X509CertSelector());
                dated.setDate(at);
                dated.setRevocationEnabled(false);
                trust.init(new CertPathTrustManagerParameters(dated));
            }
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), port)) {
                plain.setSoTimeout(10_000);
                SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, host, port, true);
                // What HttpsURLConnection asks for: the certificate must carry the host's name.
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                socket.setSSLParameters(parameters);
                socket.startHandshake();
                socket.close();
            }
            return "accepted";
        } catch (Exception refusal) {
            Throwable cause = refusal;
            while (cause.getCause() != null && cause.getCause() != cause) {
                cause = cause.getCause();
            }
            return ("refused\t" + refusal.getMessage() + " <- " + cause.getMessage()).replace('\n', ' ');
        }
    }

    private static KeyStore load(String file, String type, String password) throws Exception {
        if (type.equals("DER")) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            try (FileInputStream bytes = new FileInputStream(file)) {
                store.setCertificateEntry("one", CertificateFactory.getInstance("X.509").generateCertificate(bytes));
            }
            return store;
        }
        KeyStore store = KeyStore.getInstance(type);
        try (FileInputStream bytes = new FileInputStream(file)) {
            store.load(bytes, password.toCharArray());
        }
        return store;
    }
}
