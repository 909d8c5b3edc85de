import { lazy, Suspense } from 'react';
import { FailurePage } from './FailurePage.tsx';
import { routeOf } from './route.ts';
import { Splash } from './Splash.tsx';

// Each page loads only its own code: whoever reads the welcome page has not loaded a call.
const Welcome = lazy(async () => ({ default: (await import('../welcome/Welcome.tsx')).Welcome }));
const RoomPage = lazy(async () => ({ default: (await import('../room/RoomPage.tsx')).RoomPage }));

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
    case 'invalid':
      return <FailurePage code="room/invalid-name" />;
  }
}
