// One chunk: whoever opens a screen of the cycle will open the next one, too.
export { default as asks } from './AsksScreen.svelte';
export { default as cycles } from './CyclesScreen.svelte';
export { default as daily } from './DailyScreen.svelte';
export { default as entryProblems } from './EntryProblems.svelte';
export { default as homeCards } from './HomeCards.svelte';
export { default as minutes } from '../meeting/MinutesScreen.svelte';
export { default as options } from './OptionsScreen.svelte';
export { default as practices } from './PracticesScreen.svelte';
export { default as privacy } from '../school/PrivacyScreen.svelte';
export { default as problem } from './ProblemScreen.svelte';
export { default as report } from './ReportScreen.svelte';
export { default as share } from './ShareScreen.svelte';
export { default as support } from '../school/SupportScreen.svelte';
export { default as trial } from './TrialScreen.svelte';
export { default as weekly } from '../meeting/WeeklyScreen.svelte';
