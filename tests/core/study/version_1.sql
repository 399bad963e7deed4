-- SPDX-License-Identifier: GPL-3.0-or-later
-- A study as version 1 of its tables has it; seals by Python's hashlib.
CREATE TABLE documents(          -- facts, scans
    name TEXT NOT NULL PRIMARY KEY,
    json TEXT NOT NULL,
    seal TEXT NOT NULL) STRICT;
CREATE TABLE measurements(
    key TEXT NOT NULL PRIMARY KEY, -- SHA-256 of the six that follow
    model TEXT NOT NULL,
    recipe TEXT NOT NULL,
    data TEXT NOT NULL,
    split TEXT NOT NULL,
    seed INTEGER NOT NULL,         -- the 64 bits, signed
    program TEXT NOT NULL,
    json TEXT NOT NULL,
    flags BLOB NOT NULL,           -- right or wrong, a bit for each image
    answers BLOB NOT NULL,
    seal TEXT NOT NULL) STRICT;
CREATE TABLE trials(
    id TEXT NOT NULL PRIMARY KEY,
    number INTEGER UNIQUE,         -- the order; NULL for those that came by a merge, which have none
    parent TEXT REFERENCES trials(id),
    origin TEXT NOT NULL,
    method TEXT NOT NULL,
    name TEXT NOT NULL,
    reason TEXT NOT NULL,
    recipe TEXT NOT NULL,
    recipe_hash TEXT NOT NULL,
    predicted_bytes INTEGER NOT NULL,
    predicted_drop REAL,
    state TEXT NOT NULL,
    on_front INTEGER NOT NULL,
    seconds REAL NOT NULL,
    error TEXT NOT NULL,
    selection TEXT REFERENCES measurements(key),
    holdout TEXT REFERENCES measurements(key),
    seal TEXT NOT NULL) STRICT;
CREATE INDEX trials_by_recipe ON trials(recipe_hash);
CREATE TABLE transcript(
    number INTEGER PRIMARY KEY,
    json TEXT NOT NULL,
    seal TEXT NOT NULL) STRICT;
CREATE TABLE hypervolume(
    evaluations INTEGER PRIMARY KEY,
    value REAL NOT NULL,
    seal TEXT NOT NULL) STRICT;
CREATE TABLE artefacts(
    path TEXT NOT NULL PRIMARY KEY, -- below the study's folder
    kind TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    seal TEXT NOT NULL) STRICT;
CREATE INDEX artefacts_by_content ON artefacts(sha256);
INSERT INTO documents(name, json, seal) VALUES('facts', '{"data":"d","data_key":"dk","float_bytes":100,"head":"h","model":"m","model_sha256":"aa","name":"old","options":{},"preprocess":"p","program":"0.1.0","seed":0,"splits":[{"hash":"ss","name":"selection","size":3}]}', 'd43aabad75b063b36c5ec15e02a309b2782465a32d8443094025889ca93b08bb');
INSERT INTO measurements(key, model, recipe, data, split, seed, program, json, flags, answers, seal) VALUES('4aa4ff1f6095501cb19251b18938716bd0f14c47dde110c8812c672ad535a8f8', 'aa', '5c7978ff6237e360b134915e17fcd109823bce4caf429ff3f07d3ce82c241438', 'dk', 'ss', 0, '0.1.0', '{"bytes":50,"calibration_error":null,"correct":2,"float_latency":null,"interval":[0.2,0.9],"latency":null,"n":3,"peak_memory":null,"per_class":[1.0,null,0.5],"predicted_peak_memory":null,"seconds":1.5,"top1":0.6666666666666666,"top5":null,"towers":null,"unread":0,"versus_float":null}', x'05', x'01050001', '763627eb64870a640e77ba10e5494eb77f82610cd170be1d04eb546d56487640');
INSERT INTO trials(id, number, parent, origin, method, name, reason, recipe, recipe_hash, predicted_bytes, predicted_drop, state, on_front, seconds, error, selection, holdout, seal) VALUES('T1', 1, NULL, 'planner', 'mixed', 'name 1', 'why', '{"layers":{"fc":{"activation":"none","format":"int8","group":"channel","rounding":"mse","symmetric":true}},"model":"aa","options":{},"version":1}', '5c7978ff6237e360b134915e17fcd109823bce4caf429ff3f07d3ce82c241438', 50, NULL, 'done', 0, 1.5, '', '4aa4ff1f6095501cb19251b18938716bd0f14c47dde110c8812c672ad535a8f8', NULL, '57a62d1e05935415e872216ad124c8f115f641d0934e693ab3e0b4ffe580df41');
INSERT INTO trials(id, number, parent, origin, method, name, reason, recipe, recipe_hash, predicted_bytes, predicted_drop, state, on_front, seconds, error, selection, holdout, seal) VALUES('T2', 2, NULL, 'planner', 'mixed', 'name 2', 'why', '{"layers":{"fc":{"activation":"none","format":"int4","group":"channel","rounding":"mse","symmetric":true}},"model":"aa","options":{},"version":1}', 'ca8799aa4af670221a97f27e591b33813748d67bd7de15ad15439886c2f3f411', 50, 0.25, 'queued', 0, 1.5, '', NULL, NULL, '11fea11ecccc7d488a72c8e63b9b8204c8b1ca220b638f9ccb8c77f0bc306404');
PRAGMA application_id = 1130451828;
PRAGMA user_version = 1;
