import { DoorRules } from '../security/DoorRules.tsx';
import { WaitingList } from './WaitingList.tsx';

/** In the list of participants: what the door asks of those who come, and who stands before it. */
export function AtTheDoor() {
  return (
    <>
      <DoorRules />
      <WaitingList />
    </>
  );
}
