/** Makes X.509 certificates. The library knows their form; keys and signatures are Node's own. */
import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  X509Certificate,
} from "node:crypto";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  Extension,
  Extensions,
  GeneralName,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  id_kp_clientAuth,
  id_kp_serverAuth,
  KeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  Name,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from "@peculiar/asn1-x509";
import { isIP } from "node:net";
import { randomHex, type Random } from "../random.ts";

/** A certificate and its key, both as PEM. */
export interface Identity {
  readonly certificate: string;
  readonly key: string;
}

export interface CertificateWish {
  /** The common name. */
  readonly name: string;
  readonly use: "authority" | "server" | "client";
  /** The names and addresses of a server. */
  readonly hosts?: readonly string[];
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly until: number;
}

const commonName = "2.5.4.3";
const ecdsaWithSha256 = "1.2.840.10045.4.3.2";

/** A new key with its certificate, signed by `authority`, or by itself if it is one. */
export function makeIdentity(random: Random, wish: CertificateWish, authority?: Identity): Identity {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const subject = nameOf(wish.name);
  const issuer =
    authority === undefined
      ? { name: subject, publicKey, privateKey: privateKey as KeyObject | string }
      : {
          name: AsnConvert.parse(new X509Certificate(authority.certificate).raw, Certificate).tbsCertificate
            .subject,
          publicKey: createPublicKey(authority.certificate),
          privateKey: authority.key,
        };
  const signatureAlgorithm = new AlgorithmIdentifier({ algorithm: ecdsaWithSha256 });
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    serialNumber: serialNumber(random),
    signature: signatureAlgorithm,
    issuer: issuer.name,
    subject,
    validity: new Validity({ notBefore: new Date(wish.from), notAfter: new Date(wish.until) }),
    subjectPublicKeyInfo: AsnConvert.parse(derOf(publicKey), SubjectPublicKeyInfo),
    extensions: new Extensions(extensionsOf(wish, publicKey, issuer.publicKey)),
  });
  const signed = Buffer.from(AsnConvert.serialize(tbsCertificate));
  const signatureValue = bytes(sign("sha256", signed, issuer.privateKey));
  const certificate = AsnConvert.serialize(
    new Certificate({ tbsCertificate, signatureAlgorithm, signatureValue }),
  );
  return {
    certificate: new X509Certificate(Buffer.from(certificate)).toString(),
    key: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
  };
}

function extensionsOf({ use, hosts = [] }: CertificateWish, own: KeyObject, issuer: KeyObject): Extension[] {
  const isAuthority = use === "authority";
  const usage = isAuthority
    ? KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign
    : KeyUsageFlags.digitalSignature;
  const constraints = isAuthority ? { cA: true, pathLenConstraint: 0 } : { cA: false };
  const extensions = [
    extension(id_ce_basicConstraints, new BasicConstraints(constraints), true),
    extension(id_ce_keyUsage, new KeyUsage(usage), true),
    extension(id_ce_subjectKeyIdentifier, new SubjectKeyIdentifier(keyIdentifier(own))),
  ];
  if (isAuthority) return extensions;
  const purpose = use === "server" ? id_kp_serverAuth : id_kp_clientAuth;
  const keyIdentifierOfIssuer = new KeyIdentifier(keyIdentifier(issuer));
  extensions.push(
    extension(
      id_ce_authorityKeyIdentifier,
      new AuthorityKeyIdentifier({ keyIdentifier: keyIdentifierOfIssuer }),
    ),
    extension(id_ce_extKeyUsage, new ExtendedKeyUsage([purpose])),
  );
  if (hosts.length > 0) {
    const names = hosts.map(
      (host) => new GeneralName(isIP(host) === 0 ? { dNSName: host } : { iPAddress: host }),
    );
    extensions.push(extension(id_ce_subjectAltName, new SubjectAlternativeName(names)));
  }
  return extensions;
}

function extension(extnID: string, value: unknown, critical = false): Extension {
  return new Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
}

function nameOf(text: string): Name {
  const value = new AttributeValue({ utf8String: text });
  return new Name([new RelativeDistinguishedName([new AttributeTypeAndValue({ type: commonName, value })])]);
}

/** Positive, and of the most bytes that are allowed. */
function serialNumber(random: Random): ArrayBuffer {
  return bytes(Buffer.from(`01${randomHex(random, 19)}`, "hex"));
}

function derOf(key: KeyObject): Buffer {
  return key.export({ type: "spki", format: "der" });
}

function keyIdentifier(key: KeyObject): ArrayBuffer {
  return bytes(createHash("sha1").update(derOf(key)).digest());
}

function bytes(buffer: Buffer): ArrayBuffer {
  return new Uint8Array(buffer).buffer;
}
