/**
 * Who somebody is outside of any conference, as the server verified it: an account, a token, an OpenID provider. Nothing of it
 * is ever taken from a message's body.
 */
export interface Identity {
  /** Unique over all ways to sign in, and the same the next time: `account:ann`, `oidc:…`, `jwt:…`. At most 256 characters. */
  readonly id: string;
  /** The name others see; absent: the person chooses one. */
  readonly displayName: string | undefined;
  /** What the token or the provider says about moderating; `undefined`: nothing. */
  readonly moderator: boolean | undefined;
}
