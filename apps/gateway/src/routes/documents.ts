import { type Express, type RequestHandler } from 'express'
import swaggerUi from 'swagger-ui-express'
import { setOperation } from '../middleware/locals'
import { wrongMethod } from '../middleware/problems'

const PAGE_POLICY =
  "default-src 'none'; connect-src 'self'; font-src 'self'; img-src 'self' data:; script-src 'self'; " +
  "style-src 'self' 'unsafe-inline'; frame-ancestors 'none'"
const READ_ONLY = ['GET', 'HEAD', 'OPTIONS']

/** `/openapi.json` and, reading it, the page at `/docs`. The page's files come with the gateway: no network is needed. */
export function mountDocuments(app: Express, openApi: object): void {
  const json = JSON.stringify(openApi)
  app.get('/openapi.json', named('openapi'), (_request, response) => {
    response.setHeader('Content-Type', 'application/json; charset=utf-8')
    response.end(json)
  })
  app.all('/openapi.json', wrongMethod(READ_ONLY))

  app.get('/docs', named('docs'), (request, response) => {
    // With or without a slash at its end: the page's files and the document are found from where it stands.
    const slash = (request.originalUrl.split('?', 1)[0] ?? '').endsWith('/')
    response.setHeader('Content-Security-Policy', PAGE_POLICY)
    response.setHeader('Content-Type', 'text/html; charset=utf-8')
    response.end(page(slash ? '.' : './docs', slash ? '../openapi.json' : './openapi.json'))
  })
  app.get('/docs/start.js', named('docs'), (_request, response) => {
    response.setHeader('Content-Type', 'text/javascript; charset=utf-8')
    response.end(START)
  })
  app.all('/docs', wrongMethod(READ_ONLY))
  const assets = swaggerUi.serveWithOptions({ redirect: false, fallthrough: true }).slice(1)
  app.use('/docs', named('docs'), ...assets)
}

function named(operation: string): RequestHandler {
  return (_request, response, next) => {
    setOperation(response, operation)
    next()
  }
}

const page = (files: string, document: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Fillstream API</title>
<link rel="stylesheet" href="${files}/swagger-ui.css">
<link rel="icon" type="image/png" href="${files}/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui" data-document="${document}"></div>
<script src="${files}/swagger-ui-bundle.js"></script>
<script src="${files}/start.js"></script>
</body>
</html>
`

const START = `const root = document.getElementById('swagger-ui')
SwaggerUIBundle({ url: root.dataset.document, domNode: root, deepLinking: true, tryItOutEnabled: true })
`
