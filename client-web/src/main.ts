import { mount } from 'svelte';
import './app.css';
import App from './App.svelte';
import { begin } from './core/app.svelte';
import { listenForInstall } from './core/install.svelte';
import { watchLengths } from './core/limit';
import { install } from './core/offline';
import { settings } from './core/settings.svelte';
import { language } from './words/language.svelte';

document.documentElement.lang = language();
settings.apply();
listenForInstall();
watchLengths();
const target = document.getElementById('app');
if (target !== null) mount(App, { target });
begin();
install();
