// nodemailer's smtp-server as a child process: node smtp-server.js CONFIG.
// Prints "ready PORT" lines, keeps each message in CONFIG.folder.
'use strict';

const fs = require('fs');
const path = require('path');

const config = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const { SMTPServer } = require(path.join(config.modules, 'smtp-server'));
const pem = fs.readFileSync(config.certificate);
let number = 0;

function listen(secure) {
	const server = new SMTPServer({
		secure, key: pem, cert: pem, authMethods: config.mechanisms,
		size: 100 * 1024 * 1024, disableReverseLookup: true, logger: false,
		onAuth(auth, session, done) {
			const good = auth.username === config.user &&
			    (auth.method === 'CRAM-MD5' ?
				auth.validatePassword(config.password) :
				auth.password === config.password);
			done(good ? null : new Error('Invalid username or password'),
			    good ? { user: auth.username } : undefined);
		},
		onRcptTo(address, session, done) {
			const refused = address.address.startsWith('refused@');
			done(refused ? new Error('not here') : null);
		},
		onData(stream, session, done) {
			const name = String(++number).padStart(6, '0');
			const part = path.join(config.folder, '..', 'tmp', name);
			const out = fs.createWriteStream(part);

			stream.pipe(out);
			out.on('finish', () => {
				fs.renameSync(part, path.join(config.folder, name));
				done();
			});
		},
	});

	server.on('error', () => {});
	server.listen(0, '127.0.0.1', () =>
	    console.log(`ready ${server.server.address().port}`));
}

listen(false);
listen(true);
process.stdin.on('end', () => process.exit(0)).resume();
