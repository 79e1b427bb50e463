// A second, independent reader: node read-message.js MODULES FILE prints what
// mailparser makes of a message, as JSON.
'use strict';

const fs = require('fs');
const path = require('path');

const { simpleParser } = require(path.join(process.argv[2], 'mailparser'));

simpleParser(fs.readFileSync(process.argv[3]), { keepCidLinks: true })
    .then((m) => console.log(JSON.stringify({
	subject: m.subject,
	from: m.from.value,
	to: m.to.value,
	cc: m.cc ? m.cc.value : [],
	id: m.messageId,
	date: m.date,
	text: m.text,
	html: m.html,
	attachments: m.attachments.map((a) => ({
		name: a.filename,
		type: a.contentType,
		disposition: a.contentDisposition,
		cid: a.cid,
		content: a.content.toString('base64'),
	})),
})));
