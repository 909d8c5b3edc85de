import optimizeLocales from '@react-aria/optimize-locales-plugin';
import react from '@vitejs/plugin-react';
import { defineConfig, loadEnv, type Plugin } from 'vite';

export default defineConfig(({ mode }) => {
  const { TREFF_DEV_SERVER: server = 'http://localhost:8000' } = loadEnv(mode, '.', 'TREFF_');
  return {
    base: '/',
    plugins: [
      react(),
      withoutForeignHandlers(),
      // The words of react-aria's own controls, in the languages the page speaks.
      { ...optimizeLocales.vite({ locales: ['en-US', 'de-DE'] }), enforce: 'pre' as const },
    ],
    build: {
      target: 'baseline-widely-available',
      // The first with `light-dark()`. Rewritten for older ones it is decided once for the whole page, and the call is always dark.
      cssTarget: ['chrome123', 'edge123', 'firefox120', 'safari17.5'],
      // The server and the budget test read from it what each page loads.
      manifest: true,
      // Small assets inside the code would be `data:` addresses, which the Content-Security-Policy forbids.
      assetsInlineLimit: 0,
      // Every browser that can take part knows modulepreload.
      modulePreload: { polyfill: false },
    },
    server: {
      proxy: {
        '/ws': { target: server, ws: true },
        '/about': { target: server },
        '/api': { target: server },
        '/login/oidc': { target: server },
      },
    },
  };
});

/**
 * mediasoup-client brings its code for other environments along: React Native, Chrome before 111, which does not run this page (see
 * `build.target`), and fakes for tests. Whoever tries to use one all the same is told that the device is not supported.
 */
function withoutForeignHandlers(): Plugin {
  const foreign =
    /\/mediasoup-client\/lib\/(?:handlers\/(?<handler>ReactNative106|Chrome74|FakeHandler)|test\/fakeParameters)\.js$/;
  return {
    name: 'treff:without-foreign-handlers',
    apply: 'build',
    enforce: 'pre',
    load(id) {
      const found = foreign.exec(id);
      if (found === null) return null;
      const handler = found.groups?.['handler'];
      if (handler === undefined) return 'export {};';
      return `export class ${handler} { static createFactory() { throw new Error('device not supported'); } }`;
    },
  };
}
