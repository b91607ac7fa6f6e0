'use strict';
/* Makes the function of an action: from a script, or from an archive with a package in it. */

const fs = require('fs');
const Module = require('module');
const path = require('path');
const { Unusable } = require('./proxy_errors.js');

// A name that may follow "typeof" in a script: never anything else is pasted there.
const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;
const RESERVED = new Set(
    (
        'await break case catch class const continue debugger default delete do else enum export extends false finally ' +
        'for function if implements import in instanceof interface let new null package private protected public ' +
        'return static super switch this throw true try typeof var void while with yield'
    ).split(' '),
);
const NO_ENTRY = 'Zipped actions must contain either package.json or index.js at the root.';

/** The file that stands for a script in stacks; it does not exist. */
function scriptFile(name) {
    return path.join(process.cwd(), (name.replace(/[^\w@.\- ]/g, '_').slice(0, 200) || 'action') + '.js');
}

/**
 * The script runs as a CommonJS module whose folder is the current one. Its function is what the name means at its
 * end: a declaration, a global, or else a member of its exports.
 */
function fromScript(code, main, file) {
    const [first, ...members] = main.split('.');
    const module = new Module(file);
    module.filename = file;
    module.paths = Module._nodeModulePaths(path.dirname(file));
    process.argv = [process.execPath, file];
    const isName = IDENTIFIER.test(first) && !RESERVED.has(first);
    const end = isName ? `\n;return typeof ${first} === 'undefined' ? undefined : ${first};` : '';
    const found = module._compile(code.replace(/^\ufeff/, '') + end, file, 'commonjs');
    module.loaded = true;
    return callable(found ?? module.exports?.[first], members, main);
}

/** main is "function" in the package's main file, or "file.function"; the function's name may have dots itself. */
async function fromArchive(code, main) {
    const { unpack } = require('./proxy_zip.js');
    const folder = await unpack(code, path.resolve('action'));
    process.chdir(folder);
    const dot = main.indexOf('.');
    const file = dot < 0 ? packageMain(folder) : resolve(path.join(folder, main.slice(0, dot)));
    process.argv = [process.execPath, file];
    const [first, ...members] = main.slice(dot + 1).split('.');
    const exported = await load(file);
    return callable(exported?.[first] ?? exported?.default?.[first], members, main);
}

function packageMain(folder) {
    const has = (name) => fs.existsSync(path.join(folder, name));
    if (!has('package.json') && !has('index.js') && !has('index.mjs')) {
        throw new Unusable(NO_ENTRY);
    }
    return resolve(folder);
}

/** require.resolve, which knows no index.mjs and no name without its .mjs. */
function resolve(name) {
    try {
        return require.resolve(name);
    } catch (problem) {
        const guesses = [name + '.mjs', path.join(name, 'index.mjs')];
        const found = guesses.find((guess) => fs.existsSync(guess));
        if (problem.code === 'MODULE_NOT_FOUND' && found) {
            return found;
        }
        throw problem;
    }
}

/** Whether it is an ES module is found out beforehand: Node 20 and 22 print a warning when require() meets one. */
function load(file) {
    return isModule(file) ? import(require('url').pathToFileURL(file)) : require(file);
}

function isModule(file) {
    if (!file.endsWith('.js')) {
        return file.endsWith('.mjs');
    }
    for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
        const text = readOrUndefined(path.join(folder, 'package.json'));
        if (text !== undefined || folder === path.dirname(folder)) {
            return text !== undefined && JSON.parse(text)?.type === 'module';
        }
    }
}

function readOrUndefined(file) {
    try {
        return fs.readFileSync(file, 'utf8');
    } catch {
        return undefined;
    }
}

function callable(start, members, main) {
    const found = members.reduce((value, name) => value?.[name], start);
    if (typeof found !== 'function') {
        throw new Unusable(`it defines no function named '${main}'`);
    }
    return found;
}

module.exports = { fromArchive, fromScript, scriptFile };
