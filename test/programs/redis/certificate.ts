import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as tls from 'node:tls'
import { program } from '../program.ts'
import type { RedisTest } from './redis-server.ts'

/** A certificate for 127.0.0.1 that vouches for itself, good for a day. Its files end with the test. */
export interface Certificate {
  readonly certFile: string
  readonly keyFile: string
  /** From here to the end of the test this process trusts it, as one does that is started with `NODE_EXTRA_CA_CERTS`. */
  readonly trust: () => void
}

export const certificate = (context: RedisTest): Certificate => {
  if (typeof tls.setDefaultCACertificates !== 'function') context.skip('Node trusts no more at run time before 22.19')
  const openssl = program('openssl', context)
  const folder = mkdtempSync(join(tmpdir(), 'spillway-certificate-'))
  context.onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile]
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1']
  execFileSync(openssl, ['req', '-x509', ...key, ...subject, '-days', '1', '-out', certFile], { stdio: 'ignore' })
  return {
    certFile,
    keyFile,
    trust() {
      const before = tls.getCACertificates()
      tls.setDefaultCACertificates([...before, readFileSync(certFile, 'utf8')])
      context.onTestFinished(() => tls.setDefaultCACertificates(before))
    },
  }
}
