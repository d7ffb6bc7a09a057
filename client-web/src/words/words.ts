// Every string that people see, Indonesian first (glossary: docs of the product, locked), by area. Keys say what it is for.
import { common } from './common';
import { cycle } from './cycle';
import { media } from './media';
import { meeting } from './meeting';
import { observation } from './observation';
import { person } from './person';
import { school } from './school';
import { status } from './status';
import { trial } from './trial';

export const words = { ...common, ...person, ...media, ...cycle, ...trial, ...meeting, ...school, ...observation, ...status };

export type Word = keyof typeof words;
