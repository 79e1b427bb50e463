"""Reads what compose_cases wrote with Python's email package, by both of its
policies, and compares it with what was meant."""

import email
import email.errors
import email.header
import email.policy
import email.utils
import pathlib
import re
import subprocess
import sys
import tempfile

LONG = "0123456789" * 7
JA = "日本語"
FILE_BYTES = bytes((i * 31 + i // 251) % 256 for i in range(100 * 1000 + 4))


def content(index, size):
    return FILE_BYTES[index:index + size]


# subject, from, to: as people read them.  parts: (type, disposition, file name,
# content id, content) of each leaf in order; text as str, files as bytes.
CASES = {
    "empty": {"from": [("", "a@example.com")], "to": [("", "b@example.com")],
              "subject": None, "parts": [("text/plain", "")]},
    "text": {
        "subject": "Hello",
        "from": [("Ann Example", "ann@example.com")],
        "to": [("", "bob@example.org"), ("Last, First", "c@example.org")],
        "cc": [("Dr. Jane O'Neil", "j@example.net")],
        "parts": [("text/plain", "Hi\n.\n..dot\nFrom me\n-- \nbye  \n")]},
    "open-line": {"subject": "", "parts": [("text/plain", "no line end\n")]},
    "utf8": {
        "subject": "Grüße aus Köln – 😀",
        "from": [("Jörg Müller", "joerg@example.com")],
        "to": [("Müller, \"Hans\" (x)", "h@example.com")],
        "parts": [("text/plain", "Grüße\nzweite Zeile = \t\n.\n")]},
    "japanese": {"subject": (JA + " abc ") * 10,
                 "from": [("日本", "a@example.com")],
                 "parts": [("text/plain", (JA + "\n") * 10)]},
    "iso-2022-jp": {"subject": (JA + " abc ") * 10,
                    "from": [("日本", "a@example.com")],
                    "charset": "iso-2022-jp",
                    "parts": [("text/plain", (JA + "\n") * 10)]},
    "latin1": {"subject": "äöüß", "from": [("Jörg", "a@example.com")],
               "charset": "iso-8859-1",
               "parts": [("text/plain", "äöüß plus ASCII text\n")]},
    "auto-fits": {"subject": "€ 5", "charset": "windows-1252",
                  "parts": [("text/plain",
                             "€ 5 and more text here to make it "
                             "readable\n")]},
    "auto-fallback": {"subject": "café", "charset": "utf-8",
                      "parts": [("text/plain", "€ 5\n")]},
    "header-traps": {
        "subject": "literal =?utf-8?q?x?= text",
        "from": [("x a", "a@example.com")],
        "to": [("two  blanks", "b@example.com")],
        "headers": {"X-Lead": "led", "X-Two": "two  blanks",
                    "X-Umlaut": "ä b", "Reply-To": "r@example.com"},
        "parts": [("text/plain", "x\n")]},
    "long-headers": {"subject": ("a long subject of plain words " * 10),
                     "headers": {"X-Word": LONG * 20},
                     "parts": [("text/plain", "x\n")]},
    "long-lines": {"subject": "long",
                   "parts": [("text/plain",
                              "short\n" + LONG * 20 + "\nend\n")]},
    "controls": {"subject": "controls",
                 "parts": [("text/plain",
                            "bell\a tab\t esc\x1b del\x7f\nend ä\n")]},
    "alternative": {"structure": "alternative(plain,html)",
                    "parts": [("text/plain", "plain\n"),
                              ("text/html", "<p>fancy ä</p>\n")]},
    "html-only": {"structure": "html",
                  "parts": [("text/html", "<p>only</p>\n")]},
    "related": {
        "structure": "mixed(alternative(plain,related(html,png,png)),pdf)",
        "parts": [("text/plain", "plain\n"),
                  ("text/html", "<img src=\"cid:logo.png\">\n"),
                  ("image/png", content(0, 1000), "inline", "logo.png",
                   "<logo.png>"),
                  ("image/png", content(1, 57), "inline", "my logoä.png",
                   "<my_logo__.png>"),
                  ("application/pdf", content(2, 3000), "attachment",
                   "r.pdf", None)]},
    "inline-alone": {
        "structure": "mixed(plain,png)",
        "parts": [("text/plain", "plain\n"),
                  ("image/png", content(0, 1000), "inline", "logo.png",
                   "<logo.png>")]},
    "files": {
        "structure": "mixed(plain,plain,octet-stream,gzip,plain)",
        "parts": [("text/plain", "see files\n"),
                  ("text/plain", b"", "attachment", "empty.txt", None),
                  ("application/octet-stream", content(1, 1), "attachment",
                   "one.bin", None),
                  ("application/gzip", content(2, 100000), "attachment",
                   "big.tar.gz", None),
                  ("text/plain", content(3, 58), "attachment", "notes",
                   None)]},
    "file-alone": {
        "structure": "mixed(octet-stream)",
        "parts": [("application/octet-stream", content(0, 60), "attachment",
                   "a.eml", None)]},
    "file-names": {
        "parts": [("text/plain", "x\n"),
                  ("application/pdf", content(0, 10), "attachment",
                   "Übersicht \"3\" – 日本.pdf", None),
                  ("text/plain", content(1, 10), "attachment",
                   "a \"quoted\" back\\slash; semi.txt", None),
                  ("application/octet-stream", content(2, 10), "attachment",
                   "long-ascii-name-" * 10 + ".bin", None),
                  ("application/octet-stream", content(3, 10), "attachment",
                   "日本ä " * 10 + ".bin", None)]},
    "people": {
        "from": [("", "a@xn--bcher-kva.example")],
        "to": [("A, B", "x@example.com"),
               ("Some Body", "y@example.com")] * 10,
        "reply-to": [("", "r1@example.com"), ("R 2", "r2@example.com")],
        "headers": {"Sender": "Boss <boss@example.com>",
                    "X-Priority": "1 (Highest)", "Importance": "high",
                    "Priority": "urgent",
                    "Disposition-Notification-To":
                        "a@xn--bcher-kva.example"},
        "parts": [("text/plain", "x\n")]},
    "bcc-only": {"headers": {"To": "undisclosed-recipients:;"},
                 "parts": [("text/plain", "x\n")]},
    "utf8-local": {"subject": "ä", "raw": True,
                   "from": [("", "jörg@bücher.example")],
                   "to": [("José", "josé@example.com")],
                   "parts": [("text/plain", "x\n")]},
    "own-stamps": {
        "headers": {"Date": "Tue, 01 Jul 2003 10:52:37 +0200",
                    "Message-ID": "<own@example.net>",
                    "References": "<a@b> <c@d>", "X-Empty": ""},
        "parts": [("text/plain", "x\n")]},
    "literal": {"headers": {"From": "a@[192.0.2.1]", "Message-ID":
                            "<30313233343536373839616263646500@host.example>",
                            "X-Priority": "5 (Lowest)",
                            "Importance": "low",
                            "To": "\"quoted local\"@example.com"},
                "parts": [("text/plain", "x\n")]},
    "charset-windows-1251": {
        'subject': 'Привет мир ' * 10 + 'x',
        'from': [('Привет мир', 'a@example.com')],
        'to': [('Привет мир', 'b@example.com'),
               ('Привет мир 2', 'c@example.com')],
        'charset': 'windows-1251',
        'parts': [('text/plain', 'Привет мир\nПривет мир ok\n')]},
    "charset-koi8-r": {
        'subject': 'Привет мир ' * 10 + 'x',
        'from': [('Привет мир', 'a@example.com')],
        'to': [('Привет мир', 'b@example.com'),
               ('Привет мир 2', 'c@example.com')],
        'charset': 'koi8-r',
        'parts': [('text/plain', 'Привет мир\nПривет мир ok\n')]},
    "charset-shift_jis": {
        'subject': '日本語メール ' * 10 + 'x',
        'from': [('日本語メール', 'a@example.com')],
        'to': [('日本語メール', 'b@example.com'),
               ('日本語メール 2', 'c@example.com')],
        'charset': 'shift_jis',
        'parts': [('text/plain', '日本語メール\n日本語メール ok\n')]},
    "charset-euc-jp": {
        'subject': '日本語メール ' * 10 + 'x',
        'from': [('日本語メール', 'a@example.com')],
        'to': [('日本語メール', 'b@example.com'),
               ('日本語メール 2', 'c@example.com')],
        'charset': 'euc-jp',
        'parts': [('text/plain', '日本語メール\n日本語メール ok\n')]},
    "charset-euc-kr": {
        'subject': '한국어 편지 ' * 10 + 'x',
        'from': [('한국어 편지', 'a@example.com')],
        'to': [('한국어 편지', 'b@example.com'),
               ('한국어 편지 2', 'c@example.com')],
        'charset': 'euc-kr',
        'parts': [('text/plain', '한국어 편지\n한국어 편지 ok\n')]},
    "charset-gb18030": {
        'subject': '中文邮件 ' * 10 + 'x',
        'from': [('中文邮件', 'a@example.com')],
        'to': [('中文邮件', 'b@example.com'),
               ('中文邮件 2', 'c@example.com')],
        'charset': 'gb18030',
        'parts': [('text/plain', '中文邮件\n中文邮件 ok\n')]},
    "charset-big5": {
        'subject': '中文郵件 ' * 10 + 'x',
        'from': [('中文郵件', 'a@example.com')],
        'to': [('中文郵件', 'b@example.com'),
               ('中文郵件 2', 'c@example.com')],
        'charset': 'big5',
        'parts': [('text/plain', '中文郵件\n中文郵件 ok\n')]},
    "charset-iso-8859-15": {
        'subject': '5 € Œuvre ' * 10 + 'x',
        'from': [('5 € Œuvre', 'a@example.com')],
        'to': [('5 € Œuvre', 'b@example.com'),
               ('5 € Œuvre 2', 'c@example.com')],
        'charset': 'iso-8859-15',
        'parts': [('text/plain', '5 € Œuvre\n5 € Œuvre ok\n')]},
    "charset-iso-8859-2": {
        'subject': 'Žluťoučký kůň ' * 10 + 'x',
        'from': [('Žluťoučký kůň', 'a@example.com')],
        'to': [('Žluťoučký kůň', 'b@example.com'),
               ('Žluťoučký kůň 2', 'c@example.com')],
        'charset': 'iso-8859-2',
        'parts': [('text/plain', 'Žluťoučký kůň\nŽluťoučký kůň ok\n')]},
    "charset-iso-8859-7": {
        'subject': 'Καλημέρα ' * 10 + 'x',
        'from': [('Καλημέρα', 'a@example.com')],
        'to': [('Καλημέρα', 'b@example.com'),
               ('Καλημέρα 2', 'c@example.com')],
        'charset': 'iso-8859-7',
        'parts': [('text/plain', 'Καλημέρα\nΚαλημέρα ok\n')]},
    "charset-iso-8859-8": {
        'subject': 'שלום ' * 10 + 'x',
        'from': [('שלום', 'a@example.com')],
        'to': [('שלום', 'b@example.com'),
               ('שלום 2', 'c@example.com')],
        'charset': 'iso-8859-8',
        'parts': [('text/plain', 'שלום\nשלום ok\n')]},
    "charset-windows-1250": {
        'subject': 'Zażółć gęślą ' * 10 + 'x',
        'from': [('Zażółć gęślą', 'a@example.com')],
        'to': [('Zażółć gęślą', 'b@example.com'),
               ('Zażółć gęślą 2', 'c@example.com')],
        'charset': 'windows-1250',
        'parts': [('text/plain', 'Zażółć gęślą\nZażółć gęślą ok\n')]},
    "charset-us-ascii": {
        'subject': 'plain words ' * 10 + 'x',
        'from': [('plain words', 'a@example.com')],
        'to': [('plain words', 'b@example.com'),
               ('plain words 2', 'c@example.com')],
        'charset': 'us-ascii',
        'parts': [('text/plain', 'plain words\nplain words ok\n')]},
    "charset-utf-8": {
        'subject': 'ünï 日本 ' * 10 + 'x',
        'from': [('ünï 日本', 'a@example.com')],
        'to': [('ünï 日本', 'b@example.com'),
               ('ünï 日本 2', 'c@example.com')],
        'charset': 'utf-8',
        'parts': [('text/plain', 'ünï 日本\nünï 日本 ok\n')]},
    "auto-latin1": {
        'subject': 'é',
        'charset': 'iso-8859-1',
        'parts': [('text/plain', "café au lait, s'il vous plait\n")]},
    "auto-no-page": {
        'subject': 'é',
        'charset': 'utf-8',
        'parts': [('text/plain', "café au lait, s'il vous plait\n")]},
    "auto-subject": {
        'subject': '5 €',
        'charset': 'utf-8',
        'parts': [('text/plain', "café au lait, s'il vous plait\n")]},
    "auto-from": {
        'from': [('5 €', 'a@example.com')],
        'charset': 'utf-8',
        'parts': [('text/plain', "café au lait, s'il vous plait\n")]},
    "auto-sender": {
        'headers': {'Sender': '5 € <s@example.com>'},
        'charset': 'utf-8',
        'parts': [('text/plain', "café au lait, s'il vous plait\n")]},
    "auto-to": {
        'to': [('', 'x@example.com'),
               ('5 €', 'b@example.com')],
        'charset': 'utf-8',
        'parts': [('text/plain', "café au lait, s'il vous plait\n")]},
    "auto-cc": {
        'cc': [('5 €', 'b@example.com')],
        'charset': 'utf-8',
        'parts': [('text/plain', "café au lait, s'il vous plait\n")]},
    "auto-reply-to": {
        'reply-to': [('5 €', 'b@example.com')],
        'charset': 'utf-8',
        'parts': [('text/plain', "café au lait, s'il vous plait\n")]},
    "auto-header": {
        'headers': {'X-Ok': 'fine',
                    'X-Price': '5 €'},
        'charset': 'utf-8',
        'parts': [('text/plain', "café au lait, s'il vous plait\n")]},
    "auto-html": {
        'charset': 'utf-8',
        'parts': [('text/plain', "café au lait, s'il vous plait\n"),
                  ('text/html', '<p>5 €\n')]},
    "priority-2": {
        'headers': {'X-Priority': '2 (High)',
                    'Importance': 'high',
                    'Priority': 'urgent'},
        'parts': [('text/plain', 'x\n')]},
    "priority-3": {
        'headers': {'X-Priority': '3 (Normal)',
                    'Importance': 'normal',
                    'Priority': 'normal'},
        'parts': [('text/plain', 'x\n')]},
    "priority-4": {
        'headers': {'X-Priority': '4 (Low)',
                    'Importance': 'low',
                    'Priority': 'non-urgent'},
        'parts': [('text/plain', 'x\n')]},
    "receipt-named": {
        'from': [('Jörg', 'a@example.com')],
        'headers': {'Disposition-Notification-To': 'Jörg <a@example.com>'},
        'parts': [('text/plain', 'x\n')]},
    "no-receipt-own": {
        'headers': {'Disposition-Notification-To': 'r@example.com',
                    'Importance': 'low',
                    'Sender': 's@example.com'},
        'parts': [('text/plain', 'x\n')]},
    "list-headers": {
        'headers': {'List-Unsubscribe':
                        '<mailto:u@example.com>, <https://example.com/u>',
                    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
                    'Auto-Submitted': 'auto-generated',
                    'In-Reply-To': '<p@example.com>'},
        'parts': [('text/plain', 'x\n')]},
    "html-inline": {
        'structure': 'related(html,png)',
        'parts': [('text/html', '<img>\n'),
                  ('image/png',
                   content(0, 1000), "inline",
                   'logo.png', '<logo.png>')]},
    "html-inline-file": {
        'structure': 'mixed(related(html,png),pdf)',
        'parts': [('text/html', '<img>\n'),
                  ('image/png',
                   content(1, 1000), "inline",
                   'logo.png', '<logo.png>'),
                  ('application/pdf',
                   content(0, 10), "attachment",
                   'r.pdf', None)]},
    "html-file": {
        'structure': 'mixed(html,pdf)',
        'parts': [('text/html', '<p>\n'),
                  ('application/pdf',
                   content(0, 10), "attachment",
                   'r.pdf', None)]},
    "both-file": {
        'structure': 'mixed(alternative(plain,html),pdf)',
        'parts': [('text/plain', 'x\n'),
                  ('text/html', '<p>ü\n'),
                  ('application/pdf',
                   content(0, 10), "attachment",
                   'r.pdf', None)]},
    "both-inline": {
        'structure': 'alternative(plain,related(html,gif))',
        'parts': [('text/plain', 'x\n'),
                  ('text/html', '<p>ü'),
                  ('image/gif',
                   content(0, 10), "inline",
                   'l.gif', '<l.gif>')]},
    "inline-and-file": {
        'structure': 'mixed(plain,gif,pdf)',
        'parts': [('text/plain', 'x\n'),
                  ('image/gif',
                   content(1, 10), "inline",
                   'l.gif', '<l.gif>'),
                  ('application/pdf',
                   content(0, 10), "attachment",
                   'r.pdf', None)]},
    "inline-no-text": {
        'structure': 'mixed(gif)',
        'parts': [('image/gif',
                   content(0, 10), "inline",
                   'l.gif', '<l.gif>')]},
    "empty-both": {
        'structure': 'alternative(plain,html)',
        'parts': [('text/plain', ''),
                  ('text/html', '')]},
    "base64-both": {
        'structure': 'alternative(plain,html)',
        'parts': [('text/plain', '日本語\n'),
                  ('text/html', '日本語')]},
    "names-1": {
        'parts': [('text/plain', 'x\n'),
                  ('application/octet-stream',
                   content(0, 55), "attachment",
                   '.hidden', None),
                  ('application/octet-stream',
                   content(1, 56), "attachment",
                   'no-ending', None),
                  ('image/gif',
                   content(2, 57), "attachment",
                   '😀.gif', None),
                  ('text/plain',
                   content(3, 58), "attachment",
                   'a;b=c,d.txt', None)]},
    "names-2": {
        'parts': [('text/plain', 'x\n'),
                  ('text/plain',
                   content(0, 55), "attachment",
                   "it's 100%.txt", None),
                  (('application/vnd.openxmlformats-officedocument.wordp'
                    'rocessingml.document'),
                   content(1, 56), "attachment",
                   'Ünï cödé – naïve.docx', None),
                  ('text/plain',
                   content(2, 57), "attachment",
                   ('xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
                    'xxxxxxxxxxxxxxxxxxxxxxxxxxx.log'), None),
                  ('application/zip',
                   content(3, 58), "attachment",
                   ('日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日'
                    '日日日日日日日日日日日日日日日日日日日日日日日日日日日日日.zip'), None)]},
    "names-3": {
        'parts': [('text/plain', 'x\n'),
                  ('application/gzip',
                   content(0, 55), "attachment",
                   'name.with.many.dots.tar.gz', None),
                  ('text/plain',
                   content(1, 56), "attachment",
                   'tab-ä\\back.txt', None),
                  ('text/plain',
                   content(2, 57), "attachment",
                   '=?utf-8?q?x?=.txt', None),
                  ('text/csv',
                   content(3, 58), "attachment",
                   '(c) [x] <y> @z.csv', None)]},
    "own-types": {
        'parts': [('text/plain', 'x\n'),
                  ('image/svg+xml',
                   content(3, 1), "inline",
                   'v.svg', '<v.svg>'),
                  ('text/html',
                   content(0, 57), "attachment",
                   'page', None),
                  ('application/x-y',
                   content(1, 114), "attachment",
                   'd', None),
                  ('application/octet-stream',
                   content(2, 171), "attachment",
                   'm.txt', None)]},
    "text-cr": {
        'parts': [('text/plain', 'a\nb\nc\n\n\nd\n')]},
    "text-blanks": {
        'parts': [('text/plain', ' \n\t\n \tü \n')]},
    "text-one-end": {
        'parts': [('text/plain', '\n')]},
    "text-at-limit": {
        'parts': [('text/plain',
                   ('xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
                    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
                    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
                    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
                    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
                    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
                    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
                    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
                    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
                    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
                    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
                    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
                    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
                    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
                    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
                    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
                    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
                    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
                    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
                    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n'))]},
    "text-over-limit": {
        'parts': [('text/plain',
                   ('xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
                    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
                    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
                    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
                    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
                    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
                    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
                    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
                    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
                    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
                    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
                    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
                    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
                    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
                    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
                    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
                    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
                    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
                    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
                    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n'))]},
    "text-from": {
        'parts': [('text/plain', 'From me\n>From you\nFrom ü\n')]},
    "subject-75": {
        'subject':
            ('üxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
             'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
             'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
             'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
             'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
             'xxxxxxxxxxx'),
        'parts': [('text/plain', 'x\n')]},
    "subject-emoji": {
        'subject': '😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀',
        'parts': [('text/plain', 'x\n')]},
    "subject-signs": {
        'subject': 'Re: [list] "q" <a> (b) 50% = ? _ ü',
        'parts': [('text/plain', 'x\n')]},
    "subject-word-fold": {
        'subject': "w" * 65 + " " + "v" * 70,
        'parts': [('text/plain', 'x\n')]},
    "names-of-people": {
        'from': [("O'Neil, Jr. (x)", 'a@example.com')],
        'to': [('a@b', 'b@example.com'),
               ('x\\y "z"', 'c@example.com'),
               ('Ann B. C.', 'd@example.com'),
               ('Ünï', 'e@example.com')],
        'cc': [(('Very Long Name Very Long Name Very Long Name Very Long'
                 ' Name Very Long Name Very Long Name Very Long Name Ver'
                 'y Long Name Very Long Name'),
                'f@example.com')],
        'parts': [('text/plain', 'x\n')]},
    "idn-everywhere": {
        'from': [('Jö', 'a@xn--bcher-kva.example')],
        'to': [('', 'b@xn--mller-kva.example'),
               ('C', 'c@xn--wgv71a.example')],
        'reply-to': [('', 'r@xn--bcher-kva.example')],
        'parts': [('text/plain', 'x\n')]},
    "utf8-cc": {
        'raw': True,
        'subject': 'grün',
        'cc': [('Zoë', 'zoë@example.com')],
        'parts': [('text/plain', 'x\n')]},
    "utf8-sender": {
        'raw': True,
        'headers': {'Sender': 'zoë@bücher.example'},
        'parts': [('text/plain', 'x\n')]},
    "utf8-reply-to": {
        'raw': True,
        'reply-to': [('', 'zoë@example.com')],
        'parts': [('text/plain', 'x\n')]},
}

SINGLE = ["Date", "From", "To", "Subject", "Message-ID", "MIME-Version",
          "Content-Type", "Cc", "Reply-To", "Sender"]

failures = 0
checks = 0


def same(name, what, got, want):
    global failures, checks
    checks += 1
    if got != want:
        failures += 1
        print(f"{name}: {what}: got {got!r}, want {want!r}", file=sys.stderr)


def old_decode(value):
    """A header by the older API, folds undone first."""
    value = re.sub(r"\r?\n(?=[ \t])", "", value)
    return str(email.header.make_header(email.header.decode_header(value)))


def people_old(value):
    value = re.sub(r"\r?\n(?=[ \t])", "", value)
    return [(old_decode(n), a) for n, a in email.utils.getaddresses([value])]


def structure(part):
    if part.is_multipart():
        inner = ",".join(structure(p) for p in part.iter_parts())
        return f"{part.get_content_subtype()}({inner})"
    return part.get_content_subtype()


def check_wire(name, raw, want):
    head = raw.split(b"\r\n\r\n", 1)[0]
    same(name, "bare line ends", re.findall(rb"(?<!\r)\n|\r(?!\n)", raw), [])
    if not want.get("raw"):
        same(name, "octets over 127", [b for b in raw if b > 127], [])
    longest = max(len(line) for line in raw.split(b"\r\n"))
    same(name, "lines over 998", longest > 998, False)
    same(name, "header lines over 78",
         [line for line in head.split(b"\r\n") if len(line) > 78], [])
    same(name, "encoded words over 75",
         [w for w in re.findall(rb"=\?[^?\s]+\?[BQ]\?[^?\s]*\?=", raw)
          if len(w) > 75], [])
    same(name, "ends in CRLF", raw[-2:], b"\r\n")
    for field in SINGLE:
        count = len(re.findall(rb"(?im)^" + field.encode() + rb":", head))
        same(name, f"count of {field}", count <= 1, True)
    same(name, "Bcc", b"\nbcc:" in head.lower(), False)
    for field in ("Date", "From", "To", "Message-ID", "MIME-Version"):
        same(name, f"has {field}",
             re.search(rb"(?im)^" + field.encode() + rb":", head) is not None,
             True)


def check_headers(name, new, old, want):
    if "subject" in want and want["subject"] is None:
        same(name, "no subject", new["subject"], None)
    elif "subject" in want:
        same(name, "subject", str(new["subject"]), want["subject"])
        same(name, "subject, compat32", old_decode(old["subject"]).strip(),
             want["subject"].strip())
    for field in ("from", "to", "cc", "reply-to"):
        if field not in want:
            continue
        got = [(a.display_name, a.addr_spec) for a in new[field].addresses]
        same(name, field, got, want[field])
        if not want.get("raw"):
            same(name, field + ", compat32", people_old(old[field]),
                 want[field])
    for field, value in want.get("headers", {}).items():
        same(name, field, str(new[field]), value)
    same(name, "defects", list(new.defects), [])
    for field, value in new.items():
        same(name, f"defects of {field}",
             [d for d in getattr(value, "defects", [])
              if not (want.get("raw") and isinstance(
                  d, email.errors.NonASCIILocalPartDefect))], [])


def check_parts(name, new, old, want):
    leaves = [p for p in new.walk() if not p.is_multipart()]
    old_leaves = [p for p in old.walk() if not p.is_multipart()]
    same(name, "number of parts", len(leaves), len(want["parts"]))
    for got, got_old, meant in zip(leaves, old_leaves, want["parts"]):
        same(name, "type", got.get_content_type(), meant[0])
        same(name, "part defects", list(got.defects), [])
        if isinstance(meant[1], str):
            same(name, "text", got.get_content().replace("\r\n", "\n"),
                 meant[1])
            same(name, "charset", got.get_content_charset(),
                 want.get("charset", "utf-8"))
            raw = got_old.get_payload(decode=True)
            text = raw.decode(got_old.get_content_charset())
            same(name, "text, compat32", text.replace("\r\n", "\n"),
                 meant[1])
            continue
        same(name, "bytes", got.get_payload(decode=True), meant[1])
        same(name, "disposition", got.get_content_disposition(), meant[2])
        same(name, "file name", got.get_filename(), meant[3])
        same(name, "content id", got["content-id"], meant[4])
        # What old readers take: the name in Content-Type, by RFC 2047.
        old_type = re.sub(r"\r?\n(?=[ \t])", "", got_old["content-type"])
        fake = email.message_from_string("Content-Type: " + old_type)
        same(name, "name parameter", old_decode(fake.get_param("name")),
             meant[3])
        same(name, "file name, compat32",
             email.utils.collapse_rfc2231_value(
                 got_old.get_param("filename", header="content-disposition")),
             meant[3])


def check_case(name, raw, want):
    if want.get("raw"):
        new = email.message_from_string(raw.decode(),
                                        policy=email.policy.SMTPUTF8)
    else:
        new = email.message_from_bytes(raw, policy=email.policy.default)
    old = email.message_from_bytes(raw, policy=email.policy.compat32)
    check_wire(name, raw, want)
    check_headers(name, new, old, want)
    if "structure" in want:
        same(name, "structure", structure(new), want["structure"])
    check_parts(name, new, old, want)
    if "Date" not in want.get("headers", {}):
        same(name, "date", str(new["date"]),
             "Sun, 22 Nov 2026 14:18:57 +0530")


def main():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.argv[1], folder], check=True,
                       stdout=subprocess.DEVNULL)
        names = {p.stem for p in pathlib.Path(folder).glob("*.eml")}
        same("all", "names of cases", names, set(CASES))
        for name in sorted(names & set(CASES)):
            raw = pathlib.Path(folder, name + ".eml").read_bytes()
            check_case(name, raw, CASES[name])
    print(f"{checks - failures} passed, {failures} failed")
    return 1 if failures or not checks else 0


sys.exit(main())
