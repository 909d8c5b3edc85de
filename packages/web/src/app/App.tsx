import { lazy, Suspense } from 'react';
import { FailurePage } from './FailurePage.tsx';
import { routeOf } from './route.ts';
import { Splash } from './Splash.tsx';

// Each page loads only its own code: whoever reads the welcome page has not loaded a call.
const loadWelcome = () => import('../welcome/Welcome.tsx');
const loadRoomPage = () => import('../room/RoomPage.tsx');
const loadSignIn = () => import('../account/SignInPage.tsx');
const loadAccount = () => import('../account/AccountPage.tsx');
const Welcome = lazy(async () => ({ default: (await loadWelcome()).Welcome }));
const RoomPage = lazy(async () => ({ default: (await loadRoomPage()).RoomPage }));
const SignInPage = lazy(async () => ({ default: (await loadSignIn()).SignInPage }));
const AccountPage = lazy(async () => ({ default: (await loadAccount()).AccountPage }));

/** Starts loading the code of an address's page, so that it comes beside the translations and not after them. */
export function preload(path: string): void {
  const { page } = routeOf(path);
  // A failure shows when the page is rendered, which asks again.
  if (page === 'welcome') loadWelcome().catch(() => undefined);
  if (page === 'room') loadRoomPage().catch(() => undefined);
  if (page === 'login') loadSignIn().catch(() => undefined);
  if (page === 'account') loadAccount().catch(() => undefined);
}

/** The page of an address. Going elsewhere loads anew, so a call never outlives its page. */
export function App({ path }: { readonly path: string }) {
  return <Suspense fallback={<Splash />}>{pageOf(path)}</Suspense>;
}

function pageOf(path: string) {
  const route = routeOf(path);
  switch (route.page) {
    case 'welcome':
      return <Welcome />;
    case 'room':
      return <RoomPage room={route.room} />;
    case 'login':
      return <SignInPage />;
    case 'account':
      return <AccountPage />;
    case 'invalid':
      return <FailurePage code="room/invalid-name" />;
  }
}
