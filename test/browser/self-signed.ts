import { generateKeyPairSync, sign } from 'node:crypto';

const sequence = 0x30;
const set = 0x31;
const utcTime = 0x17;
const utf8String = 0x0c;
const integer = 0x02;
const bitString = 0x03;
const version = 0xa0;

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const hex = (text: string) => Buffer.from(text, 'hex');
const time = (date: Date) => der(utcTime, Buffer.from(`${date.toISOString().replace(/\D/g, '').slice(2, 14)}Z`));

/** A key and a certificate for a server that only tests talk to, valid for a day. No tool outside Node is needed. */
export function selfSigned(commonName: string): { readonly key: string; readonly cert: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ecdsaWithSha256 = der(sequence, hex('06082a8648ce3d040302'));
  const commonNameOf = der(sequence, hex('0603550403'), der(utf8String, Buffer.from(commonName)));
  const name = der(sequence, der(set, commonNameOf));
  const now = Date.now();
  const content = der(
    sequence,
    der(version, der(integer, hex('02'))),
    der(integer, hex('01')),
    ecdsaWithSha256,
    name,
    der(sequence, time(new Date(now - 86_400_000)), time(new Date(now + 86_400_000))),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = Buffer.concat([hex('00'), sign('sha256', content, privateKey)]);
  const certificate = der(sequence, content, ecdsaWithSha256, der(bitString, signature)).toString('base64');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${certificate.replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
  };
}
