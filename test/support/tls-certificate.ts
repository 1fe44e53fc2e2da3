/** A certificate for a server of a test, made anew each time: openssl from the PATH, or from Debian's package. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { debianProgram, findOnPath } from "./debian-package.js";

const run = promisify(execFile);

export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/** The paths of a self-signed certificate of 127.0.0.1 and its key, written into the directory. */
export async function makeCertificate(directory: string): Promise<Certificate> {
  const openssl =
    (await findOnPath(["openssl"])) ??
    (await debianProgram({ package: "openssl", program: "openssl" }));
  const certificate = join(directory, "certificate.pem");
  const key = join(directory, "key.pem");
  const subject = ["-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1"];
  const files = ["-keyout", key, "-out", certificate];
  const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  await run(openssl, ["req", ...kind, "-days", "2", ...subject, ...files]);
  return { certificate, key };
}
