import Crypto
import Foundation

OpenSSLEnd.comesWithProcess()
exit(await Command.run(Array(CommandLine.arguments.dropFirst())))
