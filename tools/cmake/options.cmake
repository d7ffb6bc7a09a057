# How everything is compiled. Our own code takes `sejawat_options`; code from elsewhere (dependencies.cmake) does not.
option(SEJAWAT_TESTS "build the tests" ON)
option(SEJAWAT_WERROR "warnings in our own code stop the build" ON)
option(SEJAWAT_FUZZ "build libFuzzer targets (clang only)" OFF)
option(SEJAWAT_COVERAGE "count branches as they are taken (clang only)" OFF)
set(SEJAWAT_SANITIZE "" CACHE STRING "sanitizers for our own code, as in -fsanitize=")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")

# Debug information enough for a backtrace; the optimiser just awake. This is what one edits against all day.
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O1 -g1")
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O1 -g1")
set(CMAKE_CXX_FLAGS_RELEASE "-O3 -DNDEBUG")
set(CMAKE_C_FLAGS_RELEASE "-O3 -DNDEBUG")

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Precompiled headers need the sloppiness, or every compile of the room that has one is a miss.
  set(CMAKE_C_COMPILER_LAUNCHER "${CCACHE}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND};-E;env;CCACHE_SLOPPINESS=pch_defines,time_macros;${CCACHE}")
endif()

add_library(sejawat_options INTERFACE)
target_compile_options(sejawat_options INTERFACE
  -Wall -Wextra -Wconversion -Wno-sign-conversion
  $<$<BOOL:${SEJAWAT_WERROR}>:-Werror>
  # Paths in messages and in the binaries do not depend on where the checkout lies.
  "-fmacro-prefix-map=${CMAKE_SOURCE_DIR}/=")
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Coroutines of GCC 12 warn about the frames that it makes up itself.
  target_compile_options(sejawat_options INTERFACE -Wno-mismatched-new-delete)
  # GCC 12 at -O3 sees uninitialised alternatives in every std::variant of vectors, endless memcmp bounds in vector
  # comparisons, and overlap in every `"literal" + std::string` (all false; clang and the sanitizers stay silent).
  target_compile_options(sejawat_options INTERFACE -Wno-maybe-uninitialized -Wno-stringop-overread -Wno-restrict)
endif()

if(EMSCRIPTEN)
  # One -O level only, from WASM_OPT: emcc takes the last one, at compile time and at link time.
  set(WASM_OPT "-O2" CACHE STRING "optimisation of the WebAssembly build")
  add_compile_options("${WASM_OPT}")
  add_link_options("${WASM_OPT}")
  target_compile_options(sejawat_options INTERFACE -fno-exceptions)
  # Nobody asks an object for its type, and the names of all types are bytes to download.
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fno-rtti>)
  # One Worker, one thread: nobody waits for another's first use of a static.
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fno-threadsafe-statics>)
  # emcc's own optimiser of the JavaScript glue asks node for a module that only Debian's folder holds.
  set(CMAKE_C_LINKER_LAUNCHER "${CMAKE_COMMAND};-E;env;NODE_PATH=/usr/share/nodejs")
  set(CMAKE_CXX_LINKER_LAUNCHER "${CMAKE_C_LINKER_LAUNCHER}")
else()
  find_program(LLD ld.lld)
  if(LLD)
    add_link_options(-fuse-ld=lld)
  endif()
  add_link_options(-pie)
  if(SEJAWAT_SANITIZE)
    # No recovery: the first finding ends the program.
    add_compile_options("-fsanitize=${SEJAWAT_SANITIZE}" -fno-sanitize-recover=all -fno-omit-frame-pointer)
    add_link_options("-fsanitize=${SEJAWAT_SANITIZE}")
  else()
    target_compile_options(sejawat_options INTERFACE -fstack-protector-strong -D_GLIBCXX_ASSERTIONS
      $<$<CONFIG:Release>:-D_FORTIFY_SOURCE=2>)
    add_link_options(-Wl,-z,relro -Wl,-z,now)
  endif()
  if(SEJAWAT_SANITIZE MATCHES "undefined" AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    # Its data in front of a function and a coroutine's pieces do not go together in clang 14.
    add_compile_options(-fno-sanitize=function)
  endif()
  if(SEJAWAT_SANITIZE MATCHES "thread")
    # Asio has fences, which this sanitizer does not see; it also sees the atomics that order the same things.
    add_compile_options($<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>)
  endif()
  if(SEJAWAT_COVERAGE)
    # Of our own code only: what the database's million conditions do is no question of ours.
    target_compile_options(sejawat_options INTERFACE -fprofile-instr-generate -fcoverage-mapping)
    add_link_options(-fprofile-instr-generate)
  endif()
  if(SEJAWAT_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link)
    add_link_options(-fsanitize=fuzzer-no-link)
  endif()
endif()
