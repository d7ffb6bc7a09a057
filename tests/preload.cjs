// What tests in JavaScript may rely on beyond node 18 as it is: the Web Crypto generator as a global.
'use strict';
if (!globalThis.crypto) globalThis.crypto = require('node:crypto').webcrypto;
