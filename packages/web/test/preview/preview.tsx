/**
 * Every screen without a server: `/test/preview/?people=12&phase=joined` in Vite's dev server. For looking at the
 * design; nothing here is part of the built page.
 */
import { createRoot } from 'react-dom/client';
import { I18nextProvider } from 'react-i18next';
import '../../src/design/tokens.css';
import '../../src/design/base.css';
import { createTranslations } from '../../src/i18n/i18n.ts';
import { ANYBODY, type Identity } from '../../src/room/identity.ts';
import { MeetingScreen } from '../../src/room/MeetingScreen.tsx';
import { parseOverrides } from '../../src/room/overrides.ts';
import { createFakeMeeting, fakeOptions } from './fakeMeeting.ts';

const place = document.querySelector('#root');
if (place === null) throw new Error('index.html has no #root');

const query = new URLSearchParams(window.location.search);
const meeting = createFakeMeeting(fakeOptions(query));
const account = query.get('account');
const identity: Identity = {
  ...ANYBODY,
  ...(account !== null && { name: { from: 'account', displayName: account } }),
  nameRequired: query.has('named'),
  canSignIn: query.has('signin'),
};
createRoot(place).render(
  <I18nextProvider i18n={await createTranslations()}>
    <MeetingScreen
      meeting={meeting}
      room="team-breakfast"
      overrides={parseOverrides(window.location.hash)}
      identity={identity}
    />
  </I18nextProvider>,
);
