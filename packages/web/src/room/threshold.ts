/** What stands between the prejoin page and a meeting that is not open to all: one chunk, which most people never load. */
export { DoorPage } from './DoorPage.tsx';
export { WaitingPage } from './WaitingPage.tsx';
