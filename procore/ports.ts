import type { Lane } from '../domain/call-turns.ts';

export type { Lane };

/** A usable access token, and the version of the pair it belongs to. */
export interface AccessToken {
  value: string;
  version: number;
}

/** What a new pair is asked for with. Without a refresh token the connection is a service account: client credentials. */
export interface Grant {
  refreshToken: string | null;
  clientId: string;
  clientSecret: string;
  loginUrl: string;
}

/** What a refresh gives back, or that the grant is dead. */
export type RefreshResult =
  | { kind: 'refreshed'; accessToken: string; refreshToken: string | null; expiresInSeconds: number }
  | { kind: 'dead' };

/** Where the tokens of a connection live. Implemented in db/ on a row lock, so that one refresh happens whatever the number of workers. */
export interface TokenStore {
  /**
   * A token that is valid for a while longer, refreshed if need be.
   *
   * @param refused the version of a token Procore just answered 401 to; a newer stored one is used without refreshing
   * @param refresh called under the row lock, at most once, with the single-use refresh token
   * @throws DomainError `AUTH_EXPIRED` when the connection needs a person to reconnect
   */
  accessToken(
    connectionId: string,
    refresh: (grant: Grant) => Promise<RefreshResult>,
    refused?: number,
  ): Promise<AccessToken>;
}

/** What an answer said about the window that is nearest its end. */
export interface RateHeaders {
  limit: number;
  remaining: number;
  /** Unix seconds */
  reset: number;
}

/** The call allowance of a connection, shared by every worker. Implemented in db/. */
export interface RateBudget {
  /** Takes one call. When none is left for this lane: how long to wait, in milliseconds, spread so that callers do not return together. */
  take(connectionId: string, lane: Lane): Promise<{ kind: 'go' } | { kind: 'wait'; ms: number }>;
  learn(connectionId: string, headers: RateHeaders, wasRefused: boolean): Promise<void>;
}
