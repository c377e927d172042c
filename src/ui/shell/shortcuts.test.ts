import { expect, test } from 'vitest';
import { commandOf, type Pressed } from './shortcuts.ts';

const press = (key: string, more: Partial<Pressed> = {}): Pressed => ({
  key,
  command: false,
  shift: false,
  alt: false,
  typing: false,
  choosing: false,
  ...more,
});

test.each([
  [press('o', { command: true }), { kind: 'open' }],
  [press('s', { command: true }), { kind: 'export' }],
  [press('z', { command: true }), { kind: 'undo' }],
  [press('Z', { command: true, shift: true }), { kind: 'redo' }],
  [press('y', { command: true }), { kind: 'redo' }],
  [press('3'), { kind: 'goTo', screen: 2 }],
  [press('/'), { kind: 'find' }],
  [press('?', { shift: true }), { kind: 'help' }],
  [press('7'), undefined],
  [press('o'), undefined],
  [press('o', { command: true, alt: true }), undefined],
])('%o asks for %o', (pressed, command) => {
  expect(commandOf(pressed, true)).toEqual(command);
});

test('a field keeps its single keys and its undo, but not the keys of the page', () => {
  expect(commandOf(press('/', { typing: true }), true)).toBeUndefined();
  expect(commandOf(press('z', { command: true, typing: true }), true)).toBeUndefined();
  expect(commandOf(press('s', { command: true, typing: true }), true)).toEqual({ kind: 'export' });
});

test('a list keeps its single keys, but has no undo of its own', () => {
  expect(commandOf(press('4', { choosing: true }), true)).toBeUndefined();
  expect(commandOf(press('z', { command: true, choosing: true }), true)).toEqual({ kind: 'undo' });
});

test('single keys can be switched off', () => {
  expect(commandOf(press('/'), false)).toBeUndefined();
  expect(commandOf(press('z', { command: true }), false)).toEqual({ kind: 'undo' });
});
