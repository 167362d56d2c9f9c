/** Whether a code of Node or OpenSSL says that a server's certificate is not to be trusted. */
export function isOfCertificate(code: string): boolean {
  return /CERT|SIGNATURE|^ERR_TLS/.test(code);
}
