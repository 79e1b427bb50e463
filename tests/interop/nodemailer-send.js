// Sends CONFIG.message with nodemailer: node nodemailer-send.js CONFIG.
'use strict';

const fs = require('fs');
const path = require('path');

const config = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const nodemailer = require(path.join(config.modules, 'nodemailer'));

nodemailer.createTransport(config.transport).sendMail(config.message)
    .then(() => process.exit(0), (err) => {
	console.error(String(err));
	process.exit(1);
});
