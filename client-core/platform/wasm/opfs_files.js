// The browser's files for opfs_vfs.cpp. Module.opfsFiles maps a name to a FileSystemSyncAccessHandle that the host
// opened before the core was made (opening is asynchronous, SQLite is not). A handle throws: QuotaExceededError when
// there is no room, other errors when the file is gone. Answers: 0 or a length; -1 failed, -2 no room.
mergeInto(LibraryManager.library, {
  // There are no other files: SQLite's own layer finds none, where emscripten's stand-in would say "opened" for ever.
  __syscall_open: function (path, flags, varargs) {
    return -{{{ cDefine('ENOENT') }}};
  },
  $opfs__postset: 'opfs.names = Object.keys(Module["opfsFiles"] || {});',
  $opfs: {
    names: [],
    handle: function (file) {
      return Module['opfsFiles'][opfs.names[file]];
    },
    attempt: function (act) {
      try {
        return act();
      } catch (error) {
        return error && error.name === 'QuotaExceededError' ? -2 : -1;
      }
    },
  },
  sejawat_opfs_find__deps: ['$opfs'],
  sejawat_opfs_find: function (name) {
    return opfs.names.indexOf(UTF8ToString(name));
  },
  sejawat_opfs_size__deps: ['$opfs'],
  sejawat_opfs_size: function (file) {
    return opfs.attempt(function () {
      return opfs.handle(file).getSize();
    });
  },
  sejawat_opfs_read__deps: ['$opfs'],
  sejawat_opfs_read: function (file, out, size, at) {
    return opfs.attempt(function () {
      return opfs.handle(file).read(HEAPU8.subarray(out, out + size), { at: at });
    });
  },
  sejawat_opfs_write__deps: ['$opfs'],
  sejawat_opfs_write: function (file, data, size, at) {
    return opfs.attempt(function () {
      return opfs.handle(file).write(HEAPU8.subarray(data, data + size), { at: at });
    });
  },
  sejawat_opfs_truncate__deps: ['$opfs'],
  sejawat_opfs_truncate: function (file, size) {
    return opfs.attempt(function () {
      opfs.handle(file).truncate(size);
      return 0;
    });
  },
  sejawat_opfs_flush__deps: ['$opfs'],
  sejawat_opfs_flush: function (file) {
    return opfs.attempt(function () {
      opfs.handle(file).flush();
      return 0;
    });
  },
});
