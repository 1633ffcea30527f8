// Verifies the gate's tokens with go-oidc. Reads one from each line, and prints `ok SUBJECT` or `refused: REASON`.
package main

import (
	"bufio"
	"context"
	"fmt"
	"log"
	"os"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: verify-tokens URL ISSUER: where /.well-known/openid-configuration is found, and what tokens name as `iss`")
	}
	// The documents may be found elsewhere than under the issuer's URL.
	ctx := oidc.InsecureIssuerURLContext(context.Background(), os.Args[2])
	provider, err := oidc.NewProvider(ctx, strings.TrimSuffix(os.Args[1], "/"))
	if err != nil {
		log.Fatal(err)
	}
	// The gate's tokens name no audience. The keys are fetched again when a token names one that is not known.
	verifier := provider.Verifier(&oidc.Config{SkipClientIDCheck: true})

	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 64*1024)
	for lines.Scan() {
		token, err := verifier.Verify(ctx, lines.Text())
		if err != nil {
			fmt.Printf("refused: %s\n", strings.ReplaceAll(err.Error(), "\n", " "))
			continue
		}
		fmt.Printf("ok %s\n", token.Subject)
	}
}
