export { ManualClock } from '@treff/testing';
