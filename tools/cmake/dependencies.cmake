# Code from elsewhere: one target each, `dep_<name>`, headers as SYSTEM, warnings off, sanitizers off.
# SQLite and zstd come from third_party/ (tools/fetch-deps) natively and in WebAssembly. libsodium and protobuf are
# Debian's static libraries natively; WebAssembly builds them from the source package of the same version.
set(THIRD_PARTY "${CMAKE_SOURCE_DIR}/third_party")
if(NOT EXISTS "${THIRD_PARTY}/sqlite3mc/sqlite3.c" OR NOT EXISTS "${THIRD_PARTY}/zstd/lib/zstd.h")
  message(FATAL_ERROR "third_party/ is empty: run tools/fetch-deps first (tools/build does it by itself)")
endif()
if(EMSCRIPTEN AND NOT EXISTS "${THIRD_PARTY}/protobuf/src")
  message(FATAL_ERROR "third_party/ lacks the WebAssembly sources: run tools/fetch-deps --wasm first")
endif()

# sejawat_dependency(NAME SOURCES ... INCLUDE dir... [OPTIMISE -O2])
function(sejawat_dependency name)
  cmake_parse_arguments(arg "" "OPTIMISE" "SOURCES;INCLUDE" ${ARGN})
  add_library(dep_${name} STATIC EXCLUDE_FROM_ALL ${arg_SOURCES})
  target_include_directories(dep_${name} SYSTEM PUBLIC ${arg_INCLUDE})
  target_compile_options(dep_${name} PRIVATE -w)
  if(arg_OPTIMISE)
    target_compile_options(dep_${name} PRIVATE ${arg_OPTIMISE})
  endif()
  if(SEJAWAT_SANITIZE)
    target_compile_options(dep_${name} PRIVATE -fno-sanitize=all)
  endif()
endfunction()

# --- SQLite with Multiple Ciphers (only `store` and `storage_sqlite` may include sqlite3.h) ---------------------------
# Its file layer goes on after a read that failed (other than by reaching the end) and says what decrypting said: an
# I/O error while the write-ahead log is recovered then ends the log there, and what was committed after it is gone.
# tests/simulation/found_test.cpp holds us to the correction.
file(READ "${THIRD_PARTY}/sqlite3mc/sqlite3.c" sqlite_source)
set(sqlite_wrong "buffer, count, offset);\n  if (rc == SQLITE_IOERR_SHORT_READ)\n")
set(sqlite_right "buffer, count, offset);\n  if (rc != SQLITE_OK)\n")
string(REPLACE "${sqlite_wrong}" "${sqlite_right}" sqlite_corrected "${sqlite_source}")
if(sqlite_corrected STREQUAL sqlite_source)
  message(FATAL_ERROR "SQLite3 Multiple Ciphers has changed: see whether mcIoRead still needs its correction")
endif()
# Its own ChaCha20 and Poly1305 are written for every machine, and were a sixth of the simulator's time; libsodium's use
# what the processor has. The bytes are the same (RFC 8439). libsodium ends the program where a block counter would run
# over, which the page cipher's, begun by chance, does once in 2^26 pages: there the portable one goes on.
if(NOT EMSCRIPTEN)
  string(REPLACE "\nvoid chacha20_xor(void* buffer, size_t n," "\nvoid chacha20_xor_portable(void* buffer, size_t n,"
    sqlite_corrected "${sqlite_corrected}")
  string(REPLACE "\nvoid poly1305(const uint8_t* msg, size_t n, const uint8_t key[32],\n"
    "\nvoid poly1305_portable(const uint8_t* msg, size_t n, const uint8_t key[32],\n"
    sqlite_corrected "${sqlite_corrected}")
  string(REPLACE "/* #include \"chacha20poly1305.c\" */\n" "#include \"page_cipher.h\"\n"
    sqlite_corrected "${sqlite_corrected}")
  string(FIND "${sqlite_corrected}" "void chacha20_xor_portable(" sqlite_has_chacha)
  string(FIND "${sqlite_corrected}" "void poly1305_portable(" sqlite_has_poly)
  string(FIND "${sqlite_corrected}" "#include \"page_cipher.h\"" sqlite_has_ciphers)
  if(sqlite_has_chacha EQUAL -1 OR sqlite_has_poly EQUAL -1 OR sqlite_has_ciphers EQUAL -1)
    message(FATAL_ERROR "SQLite3 Multiple Ciphers has changed: see where its page cipher is now")
  endif()
  # What is left of its own, alone: tests/unit/house plays both on the same bytes.
  string(FIND "${sqlite_corrected}" "/*** Begin of #include \"chacha20poly1305.c\" ***/" sqlite_ciphers_begin)
  string(FIND "${sqlite_corrected}" "SQLITE_PRIVATE\nint poly1305_tagcmp(" sqlite_ciphers_end)
  math(EXPR sqlite_ciphers_length "${sqlite_ciphers_end} - ${sqlite_ciphers_begin}")
  string(SUBSTRING "${sqlite_corrected}" ${sqlite_ciphers_begin} ${sqlite_ciphers_length} sqlite_portable)
  file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/generated/page_cipher_portable.h" CONTENT "${sqlite_portable}" @ONLY)
endif()
set(sqlite_file "${CMAKE_BINARY_DIR}/generated/sqlite3.c")
set(sqlite_before "")
if(EXISTS "${sqlite_file}")
  file(READ "${sqlite_file}" sqlite_before)
endif()
if(NOT sqlite_before STREQUAL sqlite_corrected)
  file(WRITE "${sqlite_file}" "${sqlite_corrected}")
endif()
sejawat_dependency(sqlite SOURCES "${sqlite_file}" INCLUDE "${THIRD_PARTY}/sqlite3mc"
  OPTIMISE $<IF:$<BOOL:${EMSCRIPTEN}>,-Oz,-O2>)
target_compile_definitions(dep_sqlite
  PUBLIC
    SQLITE_HAS_CODEC=1
    SQLITE_THREADSAFE=$<IF:$<BOOL:${EMSCRIPTEN}>,0,1>
  PRIVATE
    SQLITE_DQS=0
    SQLITE_ENABLE_FTS5
    SQLITE_TEMP_STORE=3
    SQLITE_SECURE_DELETE=1
    SQLITE_DEFAULT_MEMSTATUS=0
    SQLITE_DEFAULT_FOREIGN_KEYS=1
    SQLITE_LIKE_DOESNT_MATCH_BLOBS
    SQLITE_MAX_EXPR_DEPTH=0
    SQLITE_USE_ALLOCA
    SQLITE_USE_URI=0
    SQLITE_OMIT_LOAD_EXTENSION
    SQLITE_OMIT_DEPRECATED
    SQLITE_OMIT_SHARED_CACHE
    # Nor is this used here, and a phone would fetch it (the amalgamation takes these without its parser made anew).
    SQLITE_OMIT_AUTHORIZATION
    SQLITE_OMIT_COMPLETE
    SQLITE_OMIT_DATETIME_FUNCS
    SQLITE_OMIT_DECLTYPE
    SQLITE_OMIT_GET_TABLE
    SQLITE_OMIT_JSON
    SQLITE_OMIT_PROGRESS_CALLBACK
    SQLITE_OMIT_TCL_VARIABLE
    SQLITE_OMIT_TRACE
    SQLITE_OMIT_UTF16
    # One cipher is enough, and each one left out is code that nobody has to trust.
    CODEC_TYPE=CODEC_TYPE_CHACHA20
    HAVE_CIPHER_CHACHA20=1
    HAVE_CIPHER_AES_128_CBC=0
    HAVE_CIPHER_AES_256_CBC=0
    HAVE_CIPHER_SQLCIPHER=0
    HAVE_CIPHER_RC4=0
    HAVE_CIPHER_ASCON128=0
    HAVE_CIPHER_AEGIS=0)
if(EMSCRIPTEN)
  # client-core/platform/wasm brings the file system; nothing is ever written to a temporary file.
  # __WASM__ (clang says __wasm__) lets the encrypting layer ask the browser for chance, where there is no /dev.
  # No phone tests SQLite, opens a database from memory, has one that shrinks by itself, asks it what tables it has or
  # whether they are whole, copies a table as it stands, or has a foreign key (store/schema.h).
  target_compile_definitions(dep_sqlite PRIVATE SQLITE_STMTJRNL_SPILL=-1 __WASM__=1 SQLITE_UNTESTABLE
    SQLITE_OMIT_DESERIALIZE SQLITE_OMIT_AUTOVACUUM SQLITE_OMIT_INTEGRITY_CHECK
    SQLITE_OMIT_INTROSPECTION_PRAGMAS SQLITE_OMIT_SCHEMA_PRAGMAS SQLITE_OMIT_XFER_OPT SQLITE_OMIT_FOREIGN_KEY)
else()
  target_compile_definitions(dep_sqlite PRIVATE HAVE_USLEEP=1 HAVE_LOCALTIME_R=1 HAVE_GMTIME_R=1 HAVE_FDATASYNC=1)
  target_include_directories(dep_sqlite PRIVATE "${CMAKE_SOURCE_DIR}/tools/cmake")
  target_link_libraries(dep_sqlite PUBLIC m pthread dep_sodium)
endif()

# --- zstd (only `log_seal`) -------------------------------------------------------------------------------------------
file(GLOB zstd_sources "${THIRD_PARTY}/zstd/lib/common/*.c" "${THIRD_PARTY}/zstd/lib/compress/*.c"
  "${THIRD_PARTY}/zstd/lib/decompress/*.c")
sejawat_dependency(zstd SOURCES ${zstd_sources} INCLUDE "${THIRD_PARTY}/zstd/lib"
  OPTIMISE $<IF:$<BOOL:${EMSCRIPTEN}>,-Oz,-O3>)
target_compile_definitions(dep_zstd PRIVATE ZSTD_DISABLE_ASM=1 ZSTD_LEGACY_SUPPORT=0 ZSTD_STRIP_ERROR_STRINGS=1
  ZSTD_NO_TRACE XXH_NAMESPACE=ZSTD_ $<$<BOOL:${EMSCRIPTEN}>:DYNAMIC_BMI2=0>)
if(EMSCRIPTEN)
  # One decoder of each kind reads everything; the second ones are for larger frames and faster machines.
  target_compile_definitions(dep_zstd PRIVATE HUF_FORCE_DECOMPRESS_X1 ZSTD_FORCE_DECOMPRESS_SEQUENCES_SHORT)
  # No level that we use compresses with these (client-core/log/seal/compress.cpp).
  foreach(strategy DFAST GREEDY LAZY BTLAZY2)
    target_compile_definitions(dep_zstd PRIVATE ZSTD_EXCLUDE_${strategy}_BLOCK_COMPRESSOR=1)
  endforeach()
endif()

# --- libsodium (only `crypto`) ----------------------------------------------------------------------------------------
if(EMSCRIPTEN)
  include(wasm-dependencies)
else()
  find_path(SODIUM_INCLUDE sodium.h REQUIRED)
  find_library(SODIUM_LIBRARY NAMES libsodium.a REQUIRED)
  add_library(dep_sodium INTERFACE)
  target_include_directories(dep_sodium SYSTEM INTERFACE "${SODIUM_INCLUDE}")
  target_link_libraries(dep_sodium INTERFACE "${SODIUM_LIBRARY}" pthread)

  # --- protobuf lite (only through proto/) ----------------------------------------------------------------------------
  find_path(PROTOBUF_INCLUDE google/protobuf/message_lite.h REQUIRED)
  find_library(PROTOBUF_LIBRARY NAMES libprotobuf-lite.a REQUIRED)
  add_library(dep_protobuf INTERFACE)
  target_include_directories(dep_protobuf SYSTEM INTERFACE "${PROTOBUF_INCLUDE}")
  target_link_libraries(dep_protobuf INTERFACE "${PROTOBUF_LIBRARY}" pthread)
endif()
find_program(PROTOC protoc REQUIRED NO_CMAKE_FIND_ROOT_PATH)

# --- Boost.JSON, headers only: compiled once (tools and tests) --------------------------------------------------------
# The folder holds nothing but Boost: under emcc /usr/include itself would bring the machine's own C library.
find_path(BOOST_INCLUDE boost/json.hpp HINTS /usr/include REQUIRED NO_CMAKE_FIND_ROOT_PATH)
if(EMSCRIPTEN)
  file(MAKE_DIRECTORY "${CMAKE_BINARY_DIR}/boost")
  file(CREATE_LINK "${BOOST_INCLUDE}/boost" "${CMAKE_BINARY_DIR}/boost/boost" SYMBOLIC)
  set(BOOST_INCLUDE "${CMAKE_BINARY_DIR}/boost")
endif()
file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/generated/boost_json.cpp" CONTENT [[
#include <boost/json/src.hpp>
#ifdef BOOST_NO_EXCEPTIONS
#include <cstdlib>
namespace boost {
struct source_location;
void throw_exception(const std::exception&) { std::abort(); }
void throw_exception(const std::exception&, const source_location&) { std::abort(); }
}  // namespace boost
#endif
]] @ONLY)
sejawat_dependency(json SOURCES "${CMAKE_BINARY_DIR}/generated/boost_json.cpp" INCLUDE "${BOOST_INCLUDE}"
  OPTIMISE $<$<BOOL:${EMSCRIPTEN}>:-Oz>)

if(EMSCRIPTEN)
  target_compile_options(dep_json PRIVATE -fno-exceptions)
  return()
endif()

# --- Boost.Asio and Beast with TLS, each compiled once (only `net` and `net_client`) ----------------------------------
find_package(OpenSSL REQUIRED)
file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/generated/boost_asio.cpp" CONTENT [[
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
]] @ONLY)
file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/generated/boost_beast.cpp" CONTENT [[
#include <boost/beast/src.hpp>
]] @ONLY)
sejawat_dependency(beast INCLUDE "${BOOST_INCLUDE}"
  SOURCES "${CMAKE_BINARY_DIR}/generated/boost_asio.cpp" "${CMAKE_BINARY_DIR}/generated/boost_beast.cpp")
target_compile_definitions(dep_beast PUBLIC BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
  BOOST_ASIO_NO_DEPRECATED)
target_link_libraries(dep_beast PUBLIC OpenSSL::SSL OpenSSL::Crypto pthread)
if(SEJAWAT_SANITIZE)
  # Asio is templates: half of it is compiled inside our own files, so all of it is checked alike.
  target_compile_options(dep_beast PRIVATE "-fsanitize=${SEJAWAT_SANITIZE}" -fno-sanitize-recover=all)
endif()

# --- spdlog, linked against its own shared library (server only) ------------------------------------------------------
find_package(spdlog REQUIRED)
add_library(dep_spdlog INTERFACE)
target_link_libraries(dep_spdlog INTERFACE spdlog::spdlog)

# --- CLI11, headers only (programs only) ------------------------------------------------------------------------------
find_path(CLI11_INCLUDE CLI/CLI.hpp REQUIRED)
add_library(dep_cli11 INTERFACE)
target_include_directories(dep_cli11 SYSTEM INTERFACE "${CLI11_INCLUDE}")

# --- Google Benchmark (sejawat-bench only; absent means that the program is not built) --------------------------------
find_package(benchmark QUIET)
if(benchmark_FOUND)
  add_library(dep_benchmark INTERFACE)
  target_link_libraries(dep_benchmark INTERFACE benchmark::benchmark)
endif()
