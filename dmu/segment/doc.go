// Package segment decides which account gets which treatment, such as an account manager or an online journey, where hours
// can be spent only once.
package segment
