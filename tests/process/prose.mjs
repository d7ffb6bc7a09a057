// A thousand entries that look like a teacher's, none twice: an upload of several messages.
import { corpus } from '../../tools/prose/corpus.mjs';

export const thousand = (seed) => corpus(1000, seed, 'unseen');
