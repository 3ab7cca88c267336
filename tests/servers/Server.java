import java.io.FileInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.security.KeyStore;
import java.security.Security;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Everything that a JDK can still speak when nothing is disabled: a port for each protocol and cipher suite.
 *
 * Arguments: a PKCS#12 for each key, all under `changeit`. Java's own client tries every port; those where it finished
 * the handshake are printed as `protocol TAB suite TAB port TAB key`, where the key is the place of the presented chain
 * among the arguments, or `-` when nothing was presented. Then comes an empty line; all ends when the input ends.
 */
public class Server {
    private static final char[] PASSWORD = "changeit".toCharArray();
    private static final ExecutorService WORKERS = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        return thread;
    });

    public static void main(String[] arguments) throws Exception {
        Security.setProperty("jdk.tls.disabledAlgorithms", "");
        Security.setProperty("jdk.tls.legacyAlgorithms", "");
        Security.setProperty("jdk.certpath.disabledAlgorithms", "");
        List<Certificate> leaves = new ArrayList<>();
        SSLContext context = context(arguments, leaves);
        List<Future<String>> lines = new ArrayList<>();
        for (String protocol : new String[] {"SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"}) {
            for (String suite : context.getSupportedSSLParameters().getCipherSuites()) {
                // elliptic curves came with TLS 1.0 (RFC 4492)
                boolean isTooNew = protocol.equals("SSLv3") && suite.contains("ECDH");
                if (!isTooNew && !suite.endsWith("_SCSV")) {
                    int port = listen(context, protocol, suite);
                    lines.add(WORKERS.submit(() -> {
                        String key = ask(context, protocol, suite, port, leaves);
                        return key == null ? "" : String.join("\t", protocol, suite, port + "", key) + "\n";
                    }));
                }
            }
        }
        for (Future<String> line : lines) {
            System.out.print(line.get());
        }
        System.out.println();
        while (System.in.read() >= 0) {
            // until whoever started us is gone
        }
    }

    /** A context with every key: which of them is presented follows from the suite. */
    private static SSLContext context(String[] files, List<Certificate> leaves) throws Exception {
        KeyStore all = KeyStore.getInstance("PKCS12");
        all.load(null, PASSWORD);
        for (String file : files) {
            KeyStore one = KeyStore.getInstance("PKCS12");
            one.load(new FileInputStream(file), PASSWORD);
            String alias = one.aliases().nextElement();
            leaves.add(one.getCertificate(alias));
            all.setKeyEntry(file, one.getKey(alias, PASSWORD), PASSWORD, one.getCertificateChain(alias));
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance("SunX509");
        keys.init(all, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), new TrustManager[] {new Everything()}, null);
        return context;
    }

    private static int listen(SSLContext context, String protocol, String suite) throws Exception {
        SSLServerSocket server = (SSLServerSocket) context.getServerSocketFactory()
                .createServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        server.setEnabledProtocols(new String[] {protocol});
        server.setEnabledCipherSuites(new String[] {suite});
        WORKERS.execute(() -> {
            while (true) {
                try {
                    SSLSocket client = (SSLSocket) server.accept();
                    WORKERS.execute(() -> answer(client));
                } catch (IOException gone) {
                    return;
                }
            }
        });
        return server.getLocalPort();
    }

    private static void answer(SSLSocket client) {
        try (client) {
            client.setSoTimeout(10_000);
            client.startHandshake();
            client.getInputStream().read();
        } catch (IOException expected) {
            // a probe ends the handshake when it has seen the certificates
        }
    }

    /** The place of the chain that Java's client is presented, `-` for none, null when there is no handshake. */
    private static String ask(SSLContext context, String protocol, String suite, int port, List<Certificate> leaves)
            throws Exception {
        try (SSLSocket client = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port)) {
            client.setSoTimeout(10_000);
            client.setEnabledProtocols(new String[] {protocol});
            client.setEnabledCipherSuites(new String[] {suite});
            client.startHandshake();
            return leaves.indexOf(client.getSession().getPeerCertificates()[0]) + "";
        } catch (SSLPeerUnverifiedException anonymous) {
            return "-";
        } catch (IOException | IllegalArgumentException impossible) {
            return null;
        }
    }

    private static final class Everything extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
