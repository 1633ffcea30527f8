// The design that Oathgate replaces, rebuilt to be measured beside it: Ory Oathkeeper's decision
// handler inside a Lambda, attached to API Gateway as a REQUEST authorizer.
//
// It does what the published recipe does, faults included: rules load in the background while the
// first events are answered, the policy names the event's path, and the key set lies in a file.
package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go/aws"
	"github.com/aws/aws-sdk-go/aws/session"
	"github.com/aws/aws-sdk-go/service/secretsmanager"
	"github.com/spf13/pflag"

	"github.com/ory/x/configx"
	"github.com/ory/x/httprouterx"
	"github.com/ory/x/logrusx"

	"github.com/ory/oathkeeper/driver"
)

// keySetFile is where the configuration's id_token mutator reads the key set.
const keySetFile = "/tmp/jwks.json"

func main() {
	ctx := context.Background()
	if err := writeKeySet(ctx); err != nil {
		fail(err)
	}
	decisions, err := decisionHandler(ctx)
	if err != nil {
		fail(err)
	}
	lambda.Start(func(ctx context.Context, event events.APIGatewayCustomAuthorizerRequestTypeRequest) (events.APIGatewayCustomAuthorizerResponse, error) {
		return authorize(ctx, decisions, event), nil
	})
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// writeKeySet reads the secret and writes it where Oathkeeper expects a file.
func writeKeySet(ctx context.Context) error {
	// The bench names the endpoint by the variable that newer SDKs read by themselves.
	config := aws.NewConfig()
	if endpoint := os.Getenv("AWS_ENDPOINT_URL"); endpoint != "" {
		config = config.WithEndpoint(endpoint)
	}
	secrets := secretsmanager.New(session.Must(session.NewSession(config)))
	secret, err := secrets.GetSecretValueWithContext(ctx, &secretsmanager.GetSecretValueInput{
		SecretId: aws.String(os.Getenv("JWKS_SECRET")),
	})
	if err != nil {
		return fmt.Errorf("the key set cannot be read: %w", err)
	}
	return os.WriteFile(keySetFile, []byte(aws.StringValue(secret.SecretString)), 0o600)
}

// decisionHandler builds Oathkeeper's decision handler over the configuration beside the binary.
func decisionHandler(ctx context.Context) (http.Handler, error) {
	flags := pflag.NewFlagSet("peer", pflag.ContinueOnError)
	registry, err := driver.NewDefaultDriver(ctx, logrusx.New("peer", "bench"), flags,
		configx.WithConfigFiles("config.json"))
	if err != nil {
		return nil, err
	}
	registry.Init()
	router := httprouterx.NewRouter()
	registry.DecisionHandler().SetRoutes(router)
	return router, nil
}

func authorize(ctx context.Context, decisions http.Handler, event events.APIGatewayCustomAuthorizerRequestTypeRequest) events.APIGatewayCustomAuthorizerResponse {
	request := httptest.NewRequest(http.MethodGet, "/decisions", nil).WithContext(ctx)
	request.Header.Set("X-Forwarded-Method", event.HTTPMethod)
	request.Header.Set("X-Forwarded-Proto", "https")
	request.Header.Set("X-Forwarded-Host", event.Headers["Host"])
	request.Header.Set("X-Forwarded-Uri", event.Path)
	request.Header.Set("X-Forwarded-For", event.RequestContext.Identity.SourceIP)
	// The recipe reads the one spelling that its clients send.
	request.Header.Set("Cookie", event.Headers["Cookie"])
	request.Header.Set("User-Agent", event.Headers["User-Agent"])
	answer := httptest.NewRecorder()
	decisions.ServeHTTP(answer, request)
	if answer.Code != http.StatusOK {
		return policy("Deny", event.Path, nil)
	}
	return policy("Allow", event.Path, map[string]any{
		"authorization": answer.Header().Get("Authorization"),
		"x-user":        answer.Header().Get("X-User"),
	})
}

func policy(effect, resource string, context map[string]any) events.APIGatewayCustomAuthorizerResponse {
	return events.APIGatewayCustomAuthorizerResponse{
		PrincipalID: "user",
		PolicyDocument: events.APIGatewayCustomAuthorizerPolicy{
			Version: "2012-10-17",
			Statement: []events.IAMPolicyStatement{{
				Action:   []string{"execute-api:Invoke"},
				Effect:   effect,
				Resource: []string{resource},
			}},
		},
		Context: context,
	}
}
