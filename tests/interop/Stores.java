import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.Key;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Security;
import java.security.cert.CertPath;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.DESKeySpec;
import javax.crypto.spec.DESedeKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The key stores of Java and of BouncyCastle as judges: one JVM for many files. Requests on stdin, a line each, fields
 * separated by tabs; texts are hexadecimal UTF-8, "-" is none. stores.py speaks the same.
 * <pre>
 * list  FILE TYPE PROVIDER PASSWORD KEYPASSWORD ALIAS=KEYPASSWORD ...
 * make  FILE TYPE PROVIDER PASSWORD COUNT          and COUNT lines of
 *       ALIAS KIND CERTIFICATES ALGORITHM KEY KEYPASSWORD      KIND: trusted, private, secret; certificates: a,b,c
 * path  FILE ENCODING                              PkiPath or PKCS7, read
 * paths FILE ENCODING CERTIFICATES                 written
 * </pre>
 * Answers "refused MESSAGE", or "ok COUNT" and COUNT lines of
 * ALIAS KIND MILLISECONDS SHA-256,... ALGORITHM SHA-256-OF-KEY; the algorithm is "locked" when the key does not open.
 */
public class Stores {
    private static final HexFormat HEX = HexFormat.of();
    private static BufferedReader requests;

    public static void main(String[] arguments) throws Exception {
        requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream answers = new PrintStream(System.out, false, "UTF-8");
        for (String line = requests.readLine(); line != null; line = requests.readLine()) {
            List<String[]> following = new ArrayList<>();
            String[] request = line.split("\t", -1);
            if (request[0].equals("make")) {
                for (int left = Integer.parseInt(request[5]); left > 0; left--) {
                    following.add(requests.readLine().split("\t", -1));
                }
            }
            List<String> answer;
            try {
                answer = answer(request, following);
                answers.println("ok\t" + answer.size());
            } catch (Exception refusal) {
                Throwable cause = refusal.getCause() == null ? refusal : refusal.getCause();
                answers.println(("refused\t" + refusal + " <- " + cause.getMessage()).replace('\n', ' '));
                continue;
            }
            answer.forEach(answers::println);
        }
        answers.flush();
    }

    private static List<String> answer(String[] request, List<String[]> following) throws Exception {
        switch (request[0]) {
            case "list": {
                KeyStore store = store(request[2], request[3]);
                try (InputStream bytes = new FileInputStream(request[1])) {
                    store.load(bytes, password(request[4]));
                }
                Map<String, char[]> passwords = new HashMap<>();
                for (String pair : Arrays.copyOfRange(request, 6, request.length)) {
                    String[] parts = pair.split("=", -1);
                    passwords.put(text(parts[0]), password(parts[1]));
                }
                return list(store, password(request[5]), passwords);
            }
            case "make": {
                KeyStore store = store(request[2], request[3]);
                store.load(null, null);
                Map<String, char[]> passwords = new HashMap<>();
                for (String[] entry : following) {
                    String alias = text(entry[0]);
                    // most types give back the alias in lower case
                    passwords.put(alias, password(entry[5]));
                    passwords.put(alias.toLowerCase(Locale.ENGLISH), password(entry[5]));
                    set(store, alias, entry, passwords.get(alias));
                }
                try (OutputStream bytes = new FileOutputStream(request[1])) {
                    store.store(bytes, password(request[4]));
                }
                return list(store, password(request[4]), passwords);
            }
            case "path":
                try (InputStream bytes = new FileInputStream(request[1])) {
                    CertPath path = CertificateFactory.getInstance("X.509").generateCertPath(bytes, request[2]);
                    return Collections.singletonList("\tpath\t0\t" + digests(path.getCertificates()) + "\t-\t-");
                }
            case "paths":
                try (OutputStream bytes = new FileOutputStream(request[1])) {
                    List<Certificate> chain = Arrays.asList(certificates(request[3]));
                    CertPath path = CertificateFactory.getInstance("X.509").generateCertPath(chain);
                    bytes.write(path.getEncoded(request[2]));
                    return Collections.singletonList("\tpath\t0\t" + digests(chain) + "\t-\t-");
                }
            default:
                throw new IOException("unknown request " + request[0]);
        }
    }

    /** A store of the type; BouncyCastle is found on the class path, behind Java's own providers. */
    private static KeyStore store(String type, String provider) throws Exception {
        if (provider.equals("-")) {
            return KeyStore.getInstance(type);
        }
        if (Security.getProvider(provider) == null) {
            Class<?> bouncy = Class.forName("org.bouncycastle.jce.provider.BouncyCastleProvider");
            Security.addProvider((Provider) bouncy.getDeclaredConstructor().newInstance());
        }
        return KeyStore.getInstance(type, provider);
    }

    private static void set(KeyStore store, String alias, String[] entry, char[] password) throws Exception {
        byte[] key = HEX.parseHex(entry[4].equals("-") ? "" : entry[4]);
        switch (entry[1]) {
            case "trusted":
                store.setCertificateEntry(alias, certificates(entry[2])[0]);
                break;
            case "private":
                PrivateKey opened = KeyFactory.getInstance(entry[3]).generatePrivate(new PKCS8EncodedKeySpec(key));
                store.setKeyEntry(alias, opened, password, certificates(entry[2]));
                break;
            default:
                store.setKeyEntry(alias, secret(entry[3], key), password, null);
        }
    }

    /** DES and DESede by their factories: other classes, which JCEKS serializes in another way. */
    private static SecretKey secret(String algorithm, byte[] key) throws Exception {
        switch (algorithm) {
            case "DES":
                return SecretKeyFactory.getInstance(algorithm).generateSecret(new DESKeySpec(key));
            case "DESede":
                return SecretKeyFactory.getInstance(algorithm).generateSecret(new DESedeKeySpec(key));
            default:
                return new SecretKeySpec(key, algorithm);
        }
    }

    private static List<String> list(KeyStore store, char[] password, Map<String, char[]> passwords) throws Exception {
        List<String> lines = new ArrayList<>();
        for (String alias : Collections.list(store.aliases())) {
            String kind = "trusted";
            String key = "-\t-";
            List<Certificate> chain = new ArrayList<>();
            if (store.isCertificateEntry(alias)) {
                chain.add(store.getCertificate(alias));
            } else if (store.isKeyEntry(alias)) {
                Certificate[] found = store.getCertificateChain(alias);
                chain = found == null ? chain : Arrays.asList(found);
                kind = chain.isEmpty() ? "secret" : "private";
                key = key(store, alias, passwords.getOrDefault(alias, password));
            } else {
                kind = "lost";
            }
            String date = Long.toString(store.getCreationDate(alias).getTime());
            lines.add(String.join("\t", hex(alias), kind, date, digests(chain), key));
        }
        return lines;
    }

    private static String key(KeyStore store, String alias, char[] password) {
        try {
            Key key = store.getKey(alias, password);
            byte[] encoded = key.getEncoded();
            if (key instanceof ECPrivateKey) {
                // BouncyCastle puts the public key into the encoding, Java does not
                ECPrivateKey ec = (ECPrivateKey) key;
                ECPrivateKeySpec plain = new ECPrivateKeySpec(ec.getS(), ec.getParams());
                encoded = KeyFactory.getInstance("EC", "SunEC").generatePrivate(plain).getEncoded();
            }
            // Java's classes call it EdDSA, the standard names and BouncyCastle Ed25519
            String algorithm = key.getAlgorithm().equals("EdDSA") ? "Ed25519" : key.getAlgorithm();
            return algorithm + "\t" + digest(encoded);
        } catch (Exception refusal) {
            return "locked\t-";
        }
    }

    private static Certificate[] certificates(String field) throws Exception {
        List<Certificate> certificates = new ArrayList<>();
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        for (String der : field.split(",")) {
            certificates.add(factory.generateCertificate(new java.io.ByteArrayInputStream(HEX.parseHex(der))));
        }
        return certificates.toArray(new Certificate[0]);
    }

    private static String digests(List<? extends Certificate> certificates) throws Exception {
        List<String> digests = new ArrayList<>();
        for (Certificate certificate : certificates) {
            digests.add(digest(certificate.getEncoded()));
        }
        return digests.isEmpty() ? "-" : String.join(",", digests);
    }

    private static String digest(byte[] bytes) throws Exception {
        return HEX.formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    private static char[] password(String field) {
        return field.equals("-") ? null : text(field).toCharArray();
    }

    private static String text(String field) {
        return new String(HEX.parseHex(field), StandardCharsets.UTF_8);
    }

    private static String hex(String text) {
        return HEX.formatHex(text.getBytes(StandardCharsets.UTF_8));
    }
}
