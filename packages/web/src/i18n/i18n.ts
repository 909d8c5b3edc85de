import { createInstance, type i18n } from 'i18next';
import { initReactI18next } from 'react-i18next';
import { rememberedLanguage } from '../app/preferences.ts';
import type en from './en.json';

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof en };
  }
}

/** The languages the page speaks, by their own names. */
export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const;
export type Language = keyof typeof LANGUAGES;

const LOADERS = {
  en: () => import('./en.json'),
  de: () => import('./de.json'),
} satisfies Record<Language, () => Promise<{ default: object }>>;

/** The translations in the language that was chosen here, else in the first one of the browser's that we have, else in English. */
export async function createTranslations(): Promise<i18n> {
  const language = chooseLanguage([rememberedLanguage.get(), ...navigator.languages]);
  const translations = createInstance();
  await translations.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    resources: { [language]: { translation: (await LOADERS[language]()).default } },
    interpolation: { escapeValue: false },
    react: { useSuspense: false },
  });
  document.documentElement.lang = language;
  return translations;
}

/** Changes the language now and remembers it in this browser. */
export async function changeLanguage(translations: i18n, language: Language): Promise<void> {
  const { default: words } = await LOADERS[language]();
  translations.addResourceBundle(language, 'translation', words);
  await translations.changeLanguage(language);
  document.documentElement.lang = language;
  rememberedLanguage.set(language);
}

/** The first of the wanted languages (BCP 47 tags) that the page speaks. */
export function chooseLanguage(wanted: readonly string[]): Language {
  return wanted.map((tag) => tag.split('-')[0]?.toLowerCase()).find(isLanguage) ?? 'en';
}

export function isLanguage(tag: string | undefined): tag is Language {
  return tag !== undefined && Object.hasOwn(LANGUAGES, tag);
}
