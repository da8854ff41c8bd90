/** What the secret of a hook is sealed to (platform/crypto.ts). */
export const hookSecretPlace = (hookId: string): string => `webhook_hook.secret:${hookId}`;
