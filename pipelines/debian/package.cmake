# What is installed where, and the Debian packages made of it: one for the tools and what all programs
# share, one a daemon, so that a media server carries no signalling and a desk no FFmpeg.
#
#   cmake --install build/release --prefix /usr        everything, without packages
#   pipelines/deb                                      the packages, checked
#
# A component is a package. Of a daemon: the program, its page, its unit, its completions.

include(GNUInstallDirs)
set(debian ${CMAKE_CURRENT_LIST_DIR})

# Policy 12.1 and 12.7: pages and changelogs are compressed, and the same input gives the same bytes.
function(trunkline_install_compressed source destination name component)
  install(CODE "
    set(folder \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${destination}\")
    file(MAKE_DIRECTORY \"\${folder}\")
    execute_process(COMMAND gzip -9nc INPUT_FILE \"${source}\" OUTPUT_FILE \"\${folder}/${name}.gz\"
                    COMMAND_ERROR_IS_FATAL ANY)
    message(STATUS \"Installing: \${folder}/${name}.gz\")"
    COMPONENT ${component})
endfunction()

# A program's pages and completions go where it goes.
function(trunkline_component variable program)
  set(component trunkline)
  foreach(daemon IN ITEMS sipd recorderd)
    if(program STREQUAL daemon)
      set(component ${daemon})
    endif()
  endforeach()
  set(${variable} ${component} PARENT_SCOPE)
endfunction()

file(GLOB pages CONFIGURE_DEPENDS man/*.[1-8])
foreach(page IN LISTS pages)
  get_filename_component(name ${page} NAME)
  string(REGEX MATCH "^(.*)\\.([1-8])$" matched ${name})
  trunkline_component(component ${CMAKE_MATCH_1})
  trunkline_install_compressed(${page} share/man/man${CMAKE_MATCH_2} ${name} ${component})
endforeach()

file(GLOB completions CONFIGURE_DEPENDS completions/*/*)
foreach(completion IN LISTS completions)
  get_filename_component(name ${completion} NAME)
  string(REGEX REPLACE "^_|\\.fish$" "" program ${name})
  trunkline_component(component ${program})
  if(completion MATCHES "/bash/")
    install(FILES ${completion} DESTINATION share/bash-completion/completions COMPONENT ${component})
  elseif(completion MATCHES "/zsh/")
    install(FILES ${completion} DESTINATION share/zsh/vendor-completions COMPONENT ${component})
  else()
    install(FILES ${completion} DESTINATION share/fish/vendor_completions.d COMPONENT ${component})
  endif()
endforeach()

install(DIRECTORY schemas DESTINATION share/trunkline COMPONENT trunkline)
install(FILES README.md DESTINATION share/doc/trunkline COMPONENT trunkline)
install(FILES ${debian}/trunkline.toml DESTINATION /etc/trunkline COMPONENT trunkline)
install(FILES systemd/trunkline.sysusers DESTINATION lib/sysusers.d RENAME trunkline.conf
        COMPONENT trunkline)
install(FILES systemd/trunkline.tmpfiles DESTINATION lib/tmpfiles.d RENAME trunkline.conf
        COMPONENT trunkline)
install(FILES systemd/trunkline-sipd.sysctl DESTINATION lib/sysctl.d RENAME 50-trunkline-sipd.conf
        COMPONENT sipd)
# Debian 12 keeps units in /lib, later releases in /usr/lib.
pkg_get_variable(unit_folder systemd systemdsystemunitdir)
if(NOT unit_folder)
  set(unit_folder /usr/lib/systemd/system)
endif()
foreach(daemon IN ITEMS sipd recorderd)
  install(FILES systemd/${daemon}.service DESTINATION ${unit_folder} COMPONENT ${daemon})
endforeach()

# What timers run, and by hand anybody.
install(PROGRAMS pipelines/alert pipelines/audit-anchor pipelines/backup pipelines/cold pipelines/compact
                 pipelines/report pipelines/doctor pipelines/drill pipelines/keycheck
                 pipelines/partitions pipelines/sweep pipelines/usage pipelines/verify
                 pipelines/watch
        DESTINATION share/trunkline/pipelines COMPONENT trunkline)
file(GLOB housekeeping CONFIGURE_DEPENDS systemd/trunkline-*.service systemd/trunkline-*.timer)
install(FILES ${housekeeping} DESTINATION ${unit_folder} COMPONENT trunkline)

# ---- packages ---------------------------------------------------------------------------------------------------------

# pipelines/deb names the version and the moment; by hand it is the project's.
set(TRUNKLINE_PACKAGE_VERSION ${PROJECT_VERSION} CACHE STRING "Version of the Debian packages")
set(TRUNKLINE_PACKAGE_DATE "Thu, 01 Jan 2026 00:00:00 +0000" CACHE STRING "Date in their changelog")
configure_file(${debian}/changelog.in ${CMAKE_BINARY_DIR}/debian/changelog @ONLY)
foreach(component IN ITEMS trunkline sipd recorderd)
  set(package trunkline)
  if(NOT component STREQUAL "trunkline")
    set(package trunkline-${component})
  endif()
  trunkline_install_compressed(${CMAKE_BINARY_DIR}/debian/changelog share/doc/${package} changelog
                               ${component})
  install(FILES ${debian}/copyright DESTINATION share/doc/${package} COMPONENT ${component})
  if(EXISTS ${debian}/${package}/lintian-overrides)
    install(FILES ${debian}/${package}/lintian-overrides DESTINATION share/lintian/overrides
            RENAME ${package} COMPONENT ${component})
  endif()
endforeach()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME trunkline)
set(CPACK_PACKAGE_VENDOR "The trunkline authors")
set(CPACK_PACKAGE_VERSION ${TRUNKLINE_PACKAGE_VERSION})
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "The trunkline authors <maintainers@trunkline.example>")
set(CPACK_DEBIAN_PACKAGE_SECTION comm)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# Symbols go to packages of their own, for the day a daemon leaves a core.
set(CPACK_DEBIAN_DEBUGINFO_PACKAGE ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL trunkline sipd recorderd)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/packages)
# /etc and /lib are not below the prefix.
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ
    GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_TRUNKLINE_PACKAGE_NAME trunkline)
set(CPACK_DEBIAN_TRUNKLINE_DESCRIPTION "telephone exchange made of Unix tools: the tools
Phones register and call each other, every call is recorded (encrypted) where
policy says so, and every call has an entry in a ledger that can be proved.

This package has the tools that set an exchange up and look after it
(trunkline, sipctl, cdrctl), the database's migrations, the configuration and
the users the daemons run as. The daemons are in trunkline-sipd and
trunkline-recorderd.")
set(CPACK_DEBIAN_TRUNKLINE_PACKAGE_DEPENDS
    "systemd | systemd-standalone-sysusers | systemd-sysusers, systemd | systemd-standalone-tmpfiles | systemd-tmpfiles")
set(CPACK_DEBIAN_TRUNKLINE_PACKAGE_RECOMMENDS
    "curl, postgresql (>= 14), trunkline-recorderd, trunkline-sipd")
set(CPACK_DEBIAN_TRUNKLINE_PACKAGE_SUGGESTS "baresip-core, espeak-ng, rclone, restic, sox")
set(CPACK_DEBIAN_TRUNKLINE_PACKAGE_CONTROL_EXTRA ${debian}/trunkline/conffiles
    ${debian}/trunkline/postinst ${debian}/trunkline/prerm ${debian}/trunkline/postrm)

set(CPACK_DEBIAN_SIPD_PACKAGE_NAME trunkline-sipd)
set(CPACK_DEBIAN_SIPD_DESCRIPTION "telephone exchange made of Unix tools: signalling
sipd is a SIP registrar and back-to-back user agent: phones register with it
and call each other through it. What must not be lost goes to a journal on
disk first and to PostgreSQL when that is there.")
set(CPACK_DEBIAN_SIPD_PACKAGE_RECOMMENDS trunkline-recorderd)

set(CPACK_DEBIAN_RECORDERD_PACKAGE_NAME trunkline-recorderd)
set(CPACK_DEBIAN_RECORDERD_DESCRIPTION "telephone exchange made of Unix tools: media
recorderd relays the media of calls and records them into encrypted files. It
speaks rtpengine's NG protocol, so it serves sipd as well as other SIP servers.")

foreach(daemon IN ITEMS SIPD RECORDERD)
  string(TOLOWER ${daemon} name)
  # The users, the folders and the configuration are in trunkline; daemon and tools are of one age.
  set(CPACK_DEBIAN_${daemon}_PACKAGE_DEPENDS "trunkline (= ${TRUNKLINE_PACKAGE_VERSION})")
  set(CPACK_DEBIAN_${daemon}_PACKAGE_CONTROL_EXTRA ${debian}/daemon/postinst ${debian}/daemon/prerm
      ${debian}/trunkline-${name}/postrm)
endforeach()
list(APPEND CPACK_DEBIAN_RECORDERD_PACKAGE_CONTROL_EXTRA ${debian}/trunkline-recorderd/templates
     ${debian}/trunkline-recorderd/config)
string(APPEND CPACK_DEBIAN_RECORDERD_PACKAGE_DEPENDS ", debconf (>= 0.5) | debconf-2.0")

include(CPack)
