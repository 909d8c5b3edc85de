import { LIMITS, TreffError } from '@treff/protocol';
import { createAccounts, type Account, type Accounts } from '../access/accounts.ts';
import { defineCommand, table, writeMoment, type Context, type Subcommands } from './command.ts';

const PASSWORD = `The password has ${LIMITS.accountPasswordShortest} to ${LIMITS.accountPasswordLongest} characters. It is asked for, or read from standard input if that is no terminal.`;

/** Local accounts: who may sign in with a name and a password, where `ENABLE_ACCOUNTS` is on. */
export const userCommands: Subcommands = {
  add: defineCommand(
    `treff user add NAME [--name DISPLAY-NAME]

Adds an account. Its person signs in with NAME; others see DISPLAY-NAME, or else NAME.
${PASSWORD}`,
    ['NAME'],
    { name: { type: 'string' } },
    ({ name: displayName }, { NAME: name }) =>
      async (context) => {
        const accounts = accountsOf(context);
        if ((await accounts.find(name)) !== undefined) throw new TreffError('account/taken');
        const password = await context.askPassword();
        const account = await accounts.add({ name, displayName, password });
        context.print(`${account.name} can sign in. (${context.dataDir})`);
      },
  ),

  list: defineCommand(
    `treff user list

Lists the accounts: name, display name, when it was added.`,
    [],
    {},
    () => async (context) => {
      const accounts = await accountsOf(context).list();
      if (accounts.length === 0) return context.print(`There are no accounts. (${context.dataDir})`);
      context.print(
        table(
          accounts.map(({ name, displayName, createdAt }) => [name, displayName, writeMoment(createdAt)]),
        ),
      );
    },
  ),

  remove: defineCommand(
    `treff user remove NAME

Removes an account. Its person is signed out at once; their rooms stay reserved, and are the operator's.`,
    ['NAME'],
    {},
    (_, { NAME: name }) =>
      async (context) => {
        const accounts = accountsOf(context);
        const account = await found(accounts, name);
        const rooms = await context.store.rooms.all(account.id);
        await accounts.remove(name);
        context.print(`${account.name} is removed.`);
        if (rooms.length > 0)
          context.print(`Now the operator's: ${rooms.map((room) => room.name).join(', ')}`);
      },
  ),

  reset: defineCommand(
    `treff user reset NAME

Sets another password. Whoever is signed in with the account is signed out at once.
${PASSWORD}`,
    ['NAME'],
    {},
    (_, { NAME: name }) =>
      async (context) => {
        const accounts = accountsOf(context);
        const account = await found(accounts, name);
        await accounts.reset(name, await context.askPassword());
        context.print(`${account.name} has another password.`);
      },
  ),
};

function accountsOf({ store, now }: Context): Accounts {
  return createAccounts(store.accounts, now);
}

/** Throws `account/unknown`. */
async function found(accounts: Accounts, name: string): Promise<Account> {
  const account = await accounts.find(name);
  if (account === undefined) throw new TreffError('account/unknown');
  return account;
}
