import pino from 'pino';

const SECRET_KEYS = [
  'authorization',
  'cookie',
  'set-cookie',
  'password',
  'secret',
  'clientSecret',
  'client_secret',
  'token',
  'accessToken',
  'access_token',
  'refreshToken',
  'refresh_token',
  'apiKey',
  'code',
];

export type Logger = pino.Logger;

/** The process logger: JSON lines on stdout, secrets replaced wherever one of their usual keys appears three levels deep. */
export const createLogger = (name: string, level: string): Logger =>
  pino({
    name,
    level,
    redact: {
      paths: SECRET_KEYS.flatMap((key) => {
        const quoted = key.includes('-') ? `["${key}"]` : `.${key}`;
        return [key.includes('-') ? `["${key}"]` : key, `*${quoted}`, `*.*${quoted}`];
      }),
      censor: '[redacted]',
    },
  });
