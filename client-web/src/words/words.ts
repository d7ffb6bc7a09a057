// Every string that people see, Indonesian first (glossary: docs of the product, locked), by area. Keys say what it is for.
import { common } from './common';
import { person } from './person';

export const words = { ...common, ...person };

export type Word = keyof typeof words;
