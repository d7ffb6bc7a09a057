# Tests. Everything that counts cases leaves a report in <build>/reports, which tools/test adds up.
set(SEJAWAT_REPORTS "${CMAKE_BINARY_DIR}/reports")
file(MAKE_DIRECTORY "${SEJAWAT_REPORTS}")

# GoogleTest from Debian's sources, so that it is compiled like the rest (emcc, sanitizers).
find_path(GOOGLETEST_ROOT googletest/src/gtest-all.cc HINTS /usr/src/googletest REQUIRED NO_CMAKE_FIND_ROOT_PATH)
add_library(dep_gtest STATIC EXCLUDE_FROM_ALL "${GOOGLETEST_ROOT}/googletest/src/gtest-all.cc"
  "${GOOGLETEST_ROOT}/googlemock/src/gmock-all.cc" "${GOOGLETEST_ROOT}/googlemock/src/gmock_main.cc")
target_include_directories(dep_gtest SYSTEM
  PUBLIC "${GOOGLETEST_ROOT}/googletest/include" "${GOOGLETEST_ROOT}/googlemock/include"
  PRIVATE "${GOOGLETEST_ROOT}/googletest" "${GOOGLETEST_ROOT}/googlemock")
target_compile_options(dep_gtest PRIVATE -w $<$<BOOL:${EMSCRIPTEN}>:-fno-exceptions>)
target_link_libraries(dep_gtest PUBLIC pthread)

# What tests share (tests/support/include/support/x.h): chance and time that repeat, golden vectors.
file(GLOB support_sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/support/*.cpp")
add_library(test_support STATIC ${support_sources})
target_include_directories(test_support PUBLIC "${CMAKE_SOURCE_DIR}/tests/support/include")
target_compile_definitions(test_support PRIVATE SEJAWAT_TESTS_DIR="${CMAKE_SOURCE_DIR}/tests")
sejawat_arrows(test_support base json)

# Linked at -O1: the code inside is optimised all the same, and a link takes two seconds instead of nine.
function(sejawat_node_program name)
  target_link_options(${name} PRIVATE -sNODERAWFS=1 -sEXIT_RUNTIME=1 -sALLOW_MEMORY_GROWTH=1 -sENVIRONMENT=node
    -sTOTAL_STACK=1048576 -O1)
endfunction()

# sejawat_test_program(NAME SOURCES file... NEEDS ...): a GoogleTest program and the ctest entry that runs it.
function(sejawat_test_program name)
  cmake_parse_arguments(arg "" "TIMEOUT" "SOURCES;NEEDS" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  add_executable(${name} ${arg_SOURCES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
  target_compile_definitions(${name} PRIVATE SEJAWAT_TESTS_DIR="${CMAKE_SOURCE_DIR}/tests")
  list(APPEND arg_NEEDS base json)
  list(REMOVE_DUPLICATES arg_NEEDS)
  sejawat_arrows(${name} ${arg_NEEDS})
  target_link_libraries(${name} PRIVATE test_support dep_gtest)
  set_property(GLOBAL APPEND PROPERTY SEJAWAT_TEST_PROGRAMS ${name})
  if(EMSCRIPTEN)
    sejawat_node_program(${name})
    add_test(NAME ${name} COMMAND "${NODE}" "${CMAKE_SOURCE_DIR}/tests/wasm/run.cjs" "$<TARGET_FILE:${name}>"
      "--gtest_output=xml:${SEJAWAT_REPORTS}/${name}.xml")
  else()
    add_test(NAME ${name} COMMAND ${name} "--gtest_output=xml:${SEJAWAT_REPORTS}/${name}.xml")
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS gtest)
endfunction()

# sejawat_unit_test(ROOM [NEEDS extra...])
function(sejawat_unit_test room)
  cmake_parse_arguments(arg "" "" "NEEDS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/unit/${room}/*_test.cpp")
  if(NOT sources)
    return()
  endif()
  get_property(needs TARGET ${room} PROPERTY SEJAWAT_NEEDS)
  sejawat_test_program(test_${room} SOURCES ${sources} NEEDS ${room} ${needs} ${arg_NEEDS})
endfunction()

find_program(NODE NAMES node nodejs REQUIRED NO_CMAKE_FIND_ROOT_PATH)

# sejawat_script_test(NAME SCRIPT argument...): *.mjs are node:test files, *.sh are judged by their exit code or by a
# last line "N passed, N failed". They find the programs in SEJAWAT_BIN.
function(sejawat_script_test name script)
  set(runner bash)
  if(script MATCHES "\\.mjs$")
    set(runner "${NODE}" --require "${CMAKE_SOURCE_DIR}/tests/preload.cjs" --test-reporter=tap)
  endif()
  add_test(NAME ${name} COMMAND bash "${CMAKE_SOURCE_DIR}/tests/keep-report.sh" "${SEJAWAT_REPORTS}/${name}.out"
    ${runner} "${script}" ${ARGN})
  set_tests_properties(${name} PROPERTIES TIMEOUT 600 LABELS script ENVIRONMENT
    "SEJAWAT_BIN=${CMAKE_BINARY_DIR}/bin;SEJAWAT_BUILD=${CMAKE_BINARY_DIR};SEJAWAT_TESTS_DIR=${CMAKE_SOURCE_DIR}/tests")
endfunction()

# sejawat_script_tests(PREFIX): every *_test.mjs and *_test.sh of the folder.
function(sejawat_script_tests prefix)
  file(GLOB scripts CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*_test.mjs" "${CMAKE_CURRENT_SOURCE_DIR}/*_test.sh")
  foreach(script IN LISTS scripts)
    cmake_path(GET script STEM name)
    string(REGEX REPLACE "_test$" "" name "${name}")
    sejawat_script_test(${prefix}_${name} "${script}")
  endforeach()
endfunction()
