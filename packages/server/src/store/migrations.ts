/**
 * What made the database what it is, in the order in which it happened; the database remembers how many of these it has seen.
 * One that was released is never changed: another is added.
 */
export const MIGRATIONS: readonly string[] = [
  `
  create table conferences (
    room text not null primary key,
    record text not null,
    at integer not null
  ) strict, without rowid;

  create table accounts (
    name text not null primary key,
    displayName text not null,
    passwordHash text not null,
    version integer not null,
    createdAt integer not null
  ) strict;

  create table rooms (
    name text not null primary key,
    owner text,
    settings text not null,
    passwordHash text,
    createdAt integer not null
  ) strict;
  create index roomsByOwner on rooms (owner);

  create table invitations (
    id text not null primary key,
    room text not null references rooms (name) on delete cascade,
    role text not null check (role in ('moderator', 'participant')),
    secretHash text not null,
    expiresAt integer not null,
    createdAt integer not null
  ) strict;
  create index invitationsByRoom on invitations (room);
  `,
];
