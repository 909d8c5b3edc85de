import { createRoot } from 'react-dom/client';
import { I18nextProvider } from 'react-i18next';
import { App, preload } from './app/App.tsx';
import { createTranslations } from './i18n/i18n.ts';
import './design/tokens.css';
import './design/base.css';

const place = document.querySelector('#root');
if (place === null) throw new Error('index.html has no #root');

preload(window.location.pathname);
const translations = await createTranslations();
createRoot(place).render(
  <I18nextProvider i18n={translations}>
    <App path={window.location.pathname} />
  </I18nextProvider>,
);
