export { startOidcProvider, type OidcPerson, type OidcProvider } from './provider.ts';
