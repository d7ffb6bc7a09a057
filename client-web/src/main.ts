import { mount } from 'svelte';
import './app.css';
import App from './App.svelte';
import { begin } from './core/app.svelte';
import { install } from './core/offline';
import { language } from './words/language.svelte';

document.documentElement.lang = language();
const target = document.getElementById('app');
if (target !== null) mount(App, { target });
begin();
install();
