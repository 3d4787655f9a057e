import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** Made for these tests, until 2126, and good for nothing else: nobody's authority has signed it, and its name is not this machine's. */
export const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBmDCCAT6gAwIBAgIUBX46lQF0TYLqtAvMsAJJZl+BSlgwCgYIKoZIzj0EAwIw
FTETMBEGA1UEAwwKcmVsYXkudGVzdDAgFw0yNjExMjIyMTQ1MjhaGA8yMTI2MTAy
OTIxNDUyOFowFTETMBEGA1UEAwwKcmVsYXkudGVzdDBZMBMGByqGSM49AgEGCCqG
SM49AwEHA0IABE4YF9uedv6iUgRXSriyTO7Y7e0wiJ7SnUSfJr3WK6xxHbp4UhCO
o63C6oVWtLyfKo9omuzWInSwyuY2bKGo+uujajBoMB0GA1UdDgQWBBT+hrue3YA5
2uaf+QtdB296jTWm1DAfBgNVHSMEGDAWgBT+hrue3YA52uaf+QtdB296jTWm1DAP
BgNVHRMBAf8EBTADAQH/MBUGA1UdEQQOMAyCCnJlbGF5LnRlc3QwCgYIKoZIzj0E
AwIDSAAwRQIgf5j6ciNJ9EiVgNonGFZnk6VhI+auEMBEwh/QYWBh/YUCIQCqwAIA
518YOp0UFMombT3E78IMZJvggBvFBS/WxUqUXA==
-----END CERTIFICATE-----
`

const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgT3uxKelcZ6qmI1le
l9qKxE30hiFLy7FWvQ+l5YME5QChRANCAAROGBfbnnb+olIEV0q4skzu2O3tMIie
0p1Enya91iuscR26eFIQjqOtwuqFVrS8nyqPaJrs1iJ0sMrmNmyhqPrr
-----END PRIVATE KEY-----
`

/** Serves https for `relay.test` until the test ends. */
export const tlsServer = async (): Promise<string> => {
  const server = createServer({ key: KEY, cert: CERTIFICATE }, (_, response) => response.writeHead(404).end())
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
  })
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}
